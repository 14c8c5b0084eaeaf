import { Button, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { SampleReport, SampleState } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { formatCount } from "./format";
import { useSampleData } from "./queries";
import { Refused } from "./Refused";
import classes from "./SampleData.module.css";
import { SystemFrame } from "./SystemFrame";

const PHRASE = "reset sample data";
const KINDS = [
  "patients",
  "conversations",
  "messages",
  "assessments",
  "assessment_events",
  "notes",
  "break_glass_grants",
] as const;

/** Sample data back to the beginning, where there is any. */
export function SampleDataPage() {
  const { t } = useTranslation("ops");
  const { data, error, isPending, refetch } = useSampleData();
  return (
    <SystemFrame title={t("sample.title")} lead={t("sample.lead")}>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && !data.available && <Empty title={t("sample.notHere")}>{data.reason}</Empty>}
      {data?.available && <Samples state={data} />}
    </SystemFrame>
  );
}

function Samples({ state }: { state: SampleState }) {
  const { t } = useTranslation("ops");
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<SampleReport | null>(null);
  return (
    <Stack>
      <h2 className={classes.heading}>{t("sample.goes")}</h2>
      <dl className={classes.counts}>
        {KINDS.map((kind) => (
          <div key={kind}>
            <dt>{t(`sample.kind.${kind}`)}</dt>
            <dd>{formatCount(state.records[kind] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.stays}>{t("sample.everybody")}</p>
      <p className={classes.stays}>{t("sample.stays")}</p>
      <div>
        <Button color="red.9" onClick={() => setAsking(true)}>
          {t("sample.reset")}
        </Button>
      </div>
      <div role="status">
        {done && (
          <p className={classes.done}>
            <strong>{t("sample.done")}</strong>{" "}
            {t("sample.doneDetail", {
              deleted: formatCount(done.deleted.patients ?? 0),
              created: formatCount(done.created["sample cases"] ?? 0),
            })}
          </p>
        )}
      </div>
      {asking && (
        <Typed
          onCancel={() => setAsking(false)}
          onDone={(report) => {
            setAsking(false);
            setDone(report);
          }}
        />
      )}
    </Stack>
  );
}

function Typed({ onCancel, onDone }: { onCancel: () => void; onDone: (report: SampleReport) => void }) {
  const { t } = useTranslation("ops");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const reset = useMutation({
    mutationFn: () => ok(api.POST("/api/sample-data/reset", { body: { confirm: PHRASE } })),
    onSuccess: async (report) => {
      await queries.invalidateQueries();
      onDone(report);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() === PHRASE) reset.mutate();
  };
  return (
    <Modal
      opened
      onClose={onCancel}
      title={t("sample.sure")}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      <form onSubmit={submit}>
        <Stack>
          <p className={classes.stays}>{t("sample.gone")}</p>
          <TextInput
            label={t("sample.type", { phrase: PHRASE })}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Refused error={reset.error} />
          <div className={classes.buttons}>
            <Button variant="default" onClick={onCancel}>
              {common("cancel")}
            </Button>
            <Button type="submit" color="red.9" disabled={typed.trim() !== PHRASE} loading={reset.isPending}>
              {t("sample.reset")}
            </Button>
          </div>
        </Stack>
      </form>
    </Modal>
  );
}
