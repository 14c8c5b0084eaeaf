import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ItemView, ReportFormat, RoundView, ToDo } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import { formatUnit } from "../format";
import jobs from "../Jobs.module.css";
import { SystemFrame } from "../SystemFrame";
import { AnswerForm } from "./AnswerForm";
import { useRound } from "./queries";
import classes from "./Rounds.module.css";
import { RoundTag } from "./RoundTag";
import { Trends } from "./Trends";

const FORMATS: readonly ReportFormat[] = ["html", "pdf", "markdown", "json"];

/** One round: what is left for whom, each item with its answer, trends, and the report as a file. */
export function RoundPage() {
  const { t } = useTranslation("rounds");
  const { roundId } = useParams({ from: "/admin/system/rounds/$roundId" });
  const { data, error, isPending, refetch } = useRound(roundId);
  return (
    <SystemFrame
      title={data ? t(`period.${data.period}`) : t("title")}
      lead={t("roundLead")}
      actions={data && <Download id={data.id} />}
    >
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && <Shown round={data} />}
    </SystemFrame>
  );
}

function Download({ id }: { id: string }) {
  const { t } = useTranslation("rounds");
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />}>
          {t("report")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map((format) => (
          <Menu.Item key={format} component="a" href={`/api/rounds/${id}/report?format=${format}`} download>
            {t(`format.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Shown({ round }: { round: RoundView }) {
  const { t } = useTranslation("rounds");
  return (
    <div className={jobs.stack}>
      <div className={classes.facts}>
        <RoundTag state={round.state} />
        <p className={jobs.fact}>
          {t("began", { name: round.performed_by === "schedule" ? t("bySchedule") : round.performed_by })}{" "}
          <When at={round.began_at} />
        </p>
        {!round.finished_at && <p className={jobs.fact}>{t("notEnded")}</p>}
        <Link to="/system/procedures/runs/$runId" params={{ runId: round.run_id }} className={classes.link}>
          {t("run")}
        </Link>
      </div>
      <section aria-labelledby="todo" className={jobs.section}>
        <h2 id="todo" className={jobs.heading}>
          {t("todo")}
        </h2>
        {round.todo.length === 0 && <p className={jobs.fact}>{t("nothing")}</p>}
        <ul className={jobs.list} aria-labelledby="todo">
          {round.todo.map((todo) => (
            <Left key={`${todo.item} ${todo.what}`} todo={todo} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="items" className={jobs.section}>
        <h2 id="items" className={jobs.heading}>
          {t("items")}
        </h2>
        <ul className={jobs.list} aria-labelledby="items">
          {round.entries.map((entry) => (
            <Item key={entry.item} round={round} entry={entry} />
          ))}
        </ul>
      </section>
      <Trends round={round} />
    </div>
  );
}

function Left({ todo }: { todo: ToDo }) {
  return (
    <li className={classes.left}>
      <strong>{todo.who}</strong>
      <div className={jobs.what}>
        <p className={classes.text}>{todo.what}</p>
        {todo.how && <p className={jobs.fact}>{todo.how}</p>}
      </div>
    </li>
  );
}

function Item({ round, entry }: { round: RoundView; entry: ItemView }) {
  const { t } = useTranslation("rounds");
  const figures = round.figures.filter(({ name }) => entry.figures.includes(name));
  return (
    <li className={classes.item}>
      <div className={classes.head}>
        <h3 className={classes.title}>{entry.title}</h3>
        <RoundTag state={entry.state} />
      </div>
      <p className={jobs.fact}>
        {Object.entries(entry.checks)
          .filter(([, count]) => count > 0)
          .map(([status, count]) => t(`checks.${status as "healthy"}`, { count }))
          .join(", ")}
        {entry.skipped > 0 && ` ${t("checks.skipped", { count: entry.skipped })}`}
      </p>
      <ul className={classes.lines}>
        {entry.troubled.map(({ name, title, evidence }) => (
          <li key={name}>
            <strong>{title}</strong>: {evidence}
          </li>
        ))}
        {entry.ran.map(({ procedure, title, state, actions, run_id, findings }) => (
          <li key={procedure}>
            {run_id ? (
              <Link to="/system/procedures/runs/$runId" params={{ runId: run_id }} className={classes.link}>
                {title}
              </Link>
            ) : (
              title
            )}
            : {t(`ran.${state as "completed"}`)}, {t("actions", { count: actions })}
            {findings.length > 0 && `. ${findings.slice(0, 3).join(" ")}`}
          </li>
        ))}
        {entry.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
        {figures.map(({ name, title, value, unit }) => (
          <li key={name}>
            {title}: {value === null || value === undefined ? "–" : formatUnit(value, unit)}
          </li>
        ))}
        {entry.waits && <li>{t("waits", { what: entry.waits })}</li>}
      </ul>
      {entry.question && <AnswerForm round={round.id} entry={entry} question={entry.question} />}
      <details className={classes.from}>
        <summary>
          {t("from")}
          <span className="visually-hidden"> {entry.title}</span>
        </summary>
        <ul>
          {entry.lines.map(({ runbook, line, words }) => (
            <li key={`${runbook} ${line}`}>
              {t("line", { runbook: t(`runbook.${runbook as "A"}`), line, words })}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
