import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import * as session from "../../api/session";
import { homeOf } from "../../app/guards";

/** Signs in and goes where the person wanted to go, or to their first page. */
export function useSignIn() {
  const queries = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false });
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const signIn = async (login: string, password: string, code?: string): Promise<unknown> => {
    setBusy(true);
    setProblem(null);
    try {
      const me = await session.signIn(queries, login.trim(), password, code);
      await router.invalidate();
      if (me) await navigate({ to: isOurs(next) ? next : homeOf(me.role) });
      return null;
    } catch (error) {
      setProblem(error);
      return error;
    } finally {
      setBusy(false);
    }
  };
  return { signIn, busy, problem, setProblem };
}

/** A path of ours: never another site's address, which somebody may have put into a link. */
export function isOurs(path: string | undefined): path is string {
  return path !== undefined && /^\/(?![/\\])/.test(path);
}
