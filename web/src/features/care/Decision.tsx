import { Button } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail } from "../../api/schema";
import { useMe } from "../../api/session";
import { type Move, useMove } from "./actions";
import { DecideForm, type Start } from "./DecideForm";
import classes from "./Decision.module.css";
import { useBegun } from "./memory";
import { Problem } from "./Problem";
import { ReferForm } from "./ReferForm";
import { useShortcuts } from "./shortcuts";

type Form = { kind: "decide"; start: Start } | { kind: "refer" };

/** What can be done with the case now: one bar, by mouse and by key. */
export function Decision({ found }: { found: AssessmentDetail }) {
  const { t } = useTranslation("care");
  const me = useMe();
  const move = useMove(found.id);
  const [begun] = useBegun(found.id);
  const [form, setForm] = useState<Form | null>(begun ? { kind: "decide", start: "reply" } : null);
  const hasBegun = begun !== null;
  // What was taken back by undo stands in the form again.
  useEffect(() => {
    if (hasBegun) setForm((now) => now ?? { kind: "decide", start: "reply" });
  }, [hasBegun]);
  const close = useCallback(() => setForm(null), []);

  const mine = found.status === "claimed" && found.claimed_by === me?.id;
  const mayClaim = found.status === "waiting" && (!found.for_physician || me?.role === "physician");
  const mayRelease = mine || (found.status === "claimed" && me?.role === "physician");
  const run = (which: Move) => {
    if (!move.isPending) move.mutate(which, { onError: close });
  };
  /** Opens a form; a case that waits is claimed first, since only its holder decides. */
  const begin = (next: Form) => {
    setForm(next);
    if (!mine) run("claim");
  };
  const may = mine || mayClaim;
  const decide = (start: Start) => begin({ kind: "decide", start });
  useShortcuts({
    ...(mayClaim && { c: () => run("claim") }),
    ...(mayRelease && { x: () => run("release") }),
    ...(may && {
      a: () => decide("accept"),
      r: () => decide("reply"),
      l: () => decide("level"),
      h: () => begin({ kind: "refer" }),
    }),
    ...(found.undo_until && !may && { u: () => run("undo") }),
  });

  const showsForm = form !== null && mine;
  return (
    <section className={classes.decision} aria-label={t("decide.label")}>
      <Problem error={move.error} />
      {showsForm && form.kind === "decide" && (
        <DecideForm key={form.start} found={found} start={form.start} onClose={close} />
      )}
      {showsForm && form.kind === "refer" && <ReferForm found={found} onClose={close} />}
      {!showsForm && (
        <div className={classes.bar}>
          {mayClaim && (
            <Button onClick={() => run("claim")} loading={move.isPending} aria-keyshortcuts="c">
              {t("decide.claim")}
            </Button>
          )}
          {may && (
            <>
              <Button
                variant={mine ? "filled" : "default"}
                onClick={() => decide("accept")}
                aria-keyshortcuts="a"
              >
                {t("decide.accept")}
              </Button>
              <Button variant="default" onClick={() => decide("level")} aria-keyshortcuts="l">
                {t("decide.level")}
              </Button>
              <Button variant="default" onClick={() => begin({ kind: "refer" })} aria-keyshortcuts="h">
                {t("decide.refer")}
              </Button>
            </>
          )}
          {mayRelease && (
            <Button variant="subtle" onClick={() => run("release")} aria-keyshortcuts="x">
              {t("decide.release")}
            </Button>
          )}
          {!may && <Why found={found} mayRelease={mayRelease} onUndo={() => run("undo")} />}
        </div>
      )}
    </section>
  );
}

/** Why nothing can be decided here, and whom to ask. */
function Why({
  found,
  mayRelease,
  onUndo,
}: {
  found: AssessmentDetail;
  mayRelease: boolean;
  onUndo: () => void;
}) {
  const { t } = useTranslation("care");
  if (found.status === "claimed") {
    return (
      <p className={classes.note}>
        {t(mayRelease ? "decide.heldRelease" : "decide.held", { name: found.claimed_by_name })}
      </p>
    );
  }
  if (found.status === "waiting") return <p className={classes.note}>{t("decide.physicians")}</p>;
  if (found.status === "decided" && found.undo_until) {
    return (
      <Button variant="default" onClick={onUndo} aria-keyshortcuts="u">
        {t("undo.do")}
      </Button>
    );
  }
  return (
    <p className={classes.note}>{t(`decide.status.${found.status === "decided" ? "decided" : "other"}`)}</p>
  );
}
