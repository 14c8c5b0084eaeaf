import { Button, CloseButton, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { explain } from "../../ui/explain";
import { useUndo } from "./actions";
import classes from "./Frame.module.css";
import { setBegun, useDecided } from "./memory";
import { useShortcuts } from "./shortcuts";
import { useNow } from "./times";

/** For a minute after a decision: take it back. What was written is kept and stands in the form again. */
export function UndoBar() {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [decided, setDecided] = useDecided();
  const undo = useUndo();
  const now = useNow(1_000);
  const left = decided ? Math.ceil((decided.until - now) / 1_000) : 0;
  const { reset } = undo;
  useEffect(() => {
    if (decided && left <= 0) setDecided(null);
  }, [decided, left, setDecided]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another decision has its own undo
  useEffect(reset, [decided?.assessmentId]);

  const takeBack = () => {
    if (!decided || undo.isPending) return;
    undo.mutate(decided.assessmentId, {
      onSuccess: (undone) => {
        // The case has moved on since: what was written is decided on as it is now.
        setBegun(decided.assessmentId, { ...decided.form, touched: true, version: undone.version });
        setDecided(null);
        void navigate({
          to: "/worklist/$assessmentId",
          params: { assessmentId: decided.assessmentId },
          search: true,
        });
      },
    });
  };
  useShortcuts(decided ? { u: takeBack } : {});

  return (
    <div role="status" className={classes.undoPlace}>
      {decided && left > 0 && (
        <div className={classes.undo}>
          <div className={classes.undoText}>
            <Text fw={600}>{undo.error ? explain(undo.error, common).detail : t("undo.sent")}</Text>
            {/* Counting aloud every second would drown everything else. */}
            <Text size="sm" c="dimmed" aria-hidden>
              {t("undo.left", { count: left })}
            </Text>
          </div>
          <Button variant="default" onClick={takeBack} loading={undo.isPending} aria-keyshortcuts="u">
            {t("undo.do")}
          </Button>
          <CloseButton aria-label={common("close")} size="lg" onClick={() => setDecided(null)} />
        </div>
      )}
    </div>
  );
}
