import { Alert, Button, Group, Radio, Textarea } from "@mantine/core";
import { IconRefreshAlert } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem";
import type { AssessmentDetail, Level } from "../../api/schema";
import { useDecide } from "./actions";
import classes from "./Decision.module.css";
import { draftFor, isSteep, reasonProblem } from "./deciding";
import { LEVELS } from "./filters";
import { type Begun, setBegun, useBegun, useDecided } from "./memory";
import { Problem } from "./Problem";

/** Which part of the form somebody asked for. */
export type Start = "accept" | "reply" | "level";

const MESSAGE_LONGEST = 4000;
const REASON_LONGEST = 1000;
const UNDO_MS = 60_000;

interface DecideFormProps {
  found: AssessmentDetail;
  start: Start;
  onClose: () => void;
}

/** The decision: the level, the reason where it differs, and the reply, which begins as a draft. */
export function DecideForm({ found, start, onClose }: DecideFormProps) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const [, setDecided] = useDecided();
  const [kept, keep] = useBegun(found.id);
  const form: Begun = kept ?? {
    level: found.level ?? "urgent",
    reason: "",
    text: draftFor(found, found.level ?? "urgent"),
    touched: false,
    version: found.version,
  };
  const decide = useDecide(found.id, (decided) => {
    setBegun(found.id, null);
    setDecided({
      assessmentId: found.id,
      level: form.level,
      until: decided.undo_until ? Date.now() + UNDO_MS : 0,
      form,
    });
    onClose();
  });
  const reply = useRef<HTMLTextAreaElement>(null);
  const levels = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for the case as it was when the form was opened
  useEffect(() => {
    if (!kept) keep(form);
    if (start === "level") levels.current?.querySelector<HTMLInputElement>("input:checked")?.focus();
    else reply.current?.focus();
    showConversation();
  }, []);

  const change = (part: Partial<Begun>) => keep({ ...form, ...part });
  const choose = (level: Level) => change(form.touched ? { level } : { level, text: draftFor(found, level) });
  const differs = form.level !== found.machine_level;
  const wrong = reasonProblem(found.machine_level, form.level, form.reason);
  const hasChanged = found.version !== form.version;
  const cancel = () => {
    keep(null);
    onClose();
  };
  const send = () => {
    if (decide.isPending || wrong || !form.text.trim()) return;
    const reason = differs ? form.reason.trim() : null;
    decide.mutate(
      { level: form.level, reply: form.text, reason, version: form.version },
      {
        onError: (error) => {
          if (error instanceof ApiProblem && error.status === 409) {
            void queries.invalidateQueries({ queryKey: ["assessment", found.id] });
          }
        },
      },
    );
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields inside, sent and left by keyboard
    <div className={classes.form} onKeyDown={keys}>
      {hasChanged && (
        <Alert
          role="alert"
          color="orange"
          variant="light"
          title={t("decide.changed.title")}
          icon={<IconRefreshAlert aria-hidden />}
        >
          <p className={classes.note}>{t("decide.changed.detail")}</p>
          <Button
            mt="xs"
            size="compact-md"
            variant="default"
            onClick={() => change({ version: found.version })}
          >
            {t("decide.changed.seen")}
          </Button>
        </Alert>
      )}
      {!hasChanged && <Problem error={decide.error} />}
      <Radio.Group
        ref={levels}
        label={t("decide.levelLabel")}
        value={form.level}
        onChange={(level) => choose(level as Level)}
      >
        <Group gap="md" mt={4}>
          {LEVELS.map((level) => (
            <Radio size="md" key={level} value={level} label={common(`level.${level}`)} />
          ))}
        </Group>
      </Radio.Group>
      {differs && (
        <Textarea
          label={t("decide.reason")}
          description={t(
            isSteep(found.machine_level, form.level) ? "decide.reasonSteep" : "decide.reasonHelp",
            {
              level: found.machine_level ? common(`level.${found.machine_level}`) : "",
            },
          )}
          value={form.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
          maxLength={REASON_LONGEST}
          autosize
          minRows={1}
          maxRows={4}
          required
        />
      )}
      <Textarea
        ref={reply}
        label={t("decide.reply")}
        description={t("decide.replyHelp")}
        value={form.text}
        onChange={(event) => change({ text: event.currentTarget.value, touched: true })}
        maxLength={MESSAGE_LONGEST}
        autosize
        minRows={3}
        maxRows={6}
        required
      />
      <div className={classes.send}>
        <Button
          onClick={send}
          loading={decide.isPending}
          disabled={Boolean(wrong) || !form.text.trim() || hasChanged}
        >
          {t(differs ? "decide.sendChanged" : "decide.send")}
        </Button>
        {form.touched && (
          <Button
            variant="default"
            onClick={() => change({ text: draftFor(found, form.level), touched: false })}
          >
            {t("decide.draftAgain")}
          </Button>
        )}
        <Button variant="subtle" onClick={cancel}>
          {common("cancel")}
        </Button>
        <span className={classes.hint} role="status">
          {wrong ? t(`decide.${wrong}`) : t("decide.sendKey")}
        </span>
      </div>
    </div>
  );
}

/** What the patient wrote stays in sight above the form, where its pane scrolls by itself. */
function showConversation(): void {
  const heading = document.getElementById("said");
  const pane = heading?.closest("[data-pane]");
  if (heading && pane)
    pane.scrollTop += heading.getBoundingClientRect().top - pane.getBoundingClientRect().top;
}
