import { Switch, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SectionOfSettings, SettingRow, SettingsReport } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { useSettings } from "./queries";
import classes from "./Settings.module.css";
import { SystemFrame } from "./SystemFrame";
import { chosen } from "./settings";

/** Every setting as it is in force. They are changed where they come from; here they are read. */
export function SettingsPage() {
  const { t } = useTranslation("ops");
  const { data, error, isPending, refetch } = useSettings();
  return (
    <SystemFrame title={t("settings.title")} lead={t("settings.lead")}>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && <Settings report={data} />}
    </SystemFrame>
  );
}

function Settings({ report }: { report: SettingsReport }) {
  const { t } = useTranslation("ops");
  const [search, setSearch] = useState("");
  const [changed, setChanged] = useState(false);
  const sections = chosen(report.sections, search, changed);
  const count = sections.reduce((sum, { settings }) => sum + settings.length, 0);
  return (
    <>
      <dl className={classes.places}>
        <dt>{t("settings.home")}</dt>
        <dd>
          <code>{report.home}</code>
        </dd>
        <dt>{t("settings.file")}</dt>
        <dd>{report.file ? <code>{report.file}</code> : t("settings.noFile")}</dd>
      </dl>
      <search className={classes.filters}>
        <TextInput
          label={t("settings.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Switch
          label={t("settings.changed")}
          checked={changed}
          onChange={(event) => setChanged(event.currentTarget.checked)}
        />
        <p role="status" className={classes.count}>
          {t("settings.count", { count })}
        </p>
      </search>
      {sections.length === 0 && <Empty title={t("settings.none")}>{t("settings.otherWords")}</Empty>}
      {sections.map((section) => (
        <Section key={section.name} section={section} />
      ))}
    </>
  );
}

function Section({ section }: { section: SectionOfSettings }) {
  return (
    <section aria-labelledby={`section-${section.name}`} className={classes.section}>
      <h2 id={`section-${section.name}`} className={classes.title}>
        {section.description.replace(/\.$/, "")}
      </h2>
      <ul className={classes.list}>
        {section.settings.map((row) => (
          <Setting key={row.name} row={row} />
        ))}
      </ul>
    </section>
  );
}

function Setting({ row }: { row: SettingRow }) {
  const { t } = useTranslation("ops");
  return (
    <li className={classes.row}>
      <div>
        <code className={classes.name}>{row.name}</code>
        <p className={classes.description}>{row.description}</p>
      </div>
      <p className={classes.value}>
        {row.value === "" ? (
          <span className={classes.unset}>{t("settings.unset")}</span>
        ) : row.secret ? (
          t("settings.secret")
        ) : (
          <code>{row.value}</code>
        )}
      </p>
      <p className={classes.origin} data-changed={row.origin !== "default" || undefined}>
        <span className="visually-hidden">{t("settings.from")} </span>
        {row.origin}
      </p>
    </li>
  );
}
