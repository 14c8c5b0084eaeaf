import { useTranslation } from "react-i18next";
import type { DatabaseStatus } from "../../../api/schema";
import { When } from "../../../ui/When";
import { formatBytes, formatPercent } from "../format";
import { Remedy } from "../Remedy";
import classes from "./Database.module.css";

/** The server and this database in figures. */
export function ServerFacts({ status }: { status: DatabaseStatus }) {
  const { t } = useTranslation("database");
  const upToDate = status.revision === status.newest_revision;
  return (
    <section aria-labelledby="database-server" className={classes.section}>
      <h2 id="database-server" className={classes.title}>
        {t("server.title")}
      </h2>
      <dl className={classes.facts}>
        <dt>{t("server.version")}</dt>
        <dd>
          PostgreSQL {status.server_version}, {t(status.embedded ? "server.embedded" : "server.external")}
          {status.standby ? `, ${t("server.standby")}` : ""}
        </dd>
        <dt>{t("server.schema")}</dt>
        <dd>
          <code>{status.revision ?? t("server.none")}</code>{" "}
          {upToDate ? t("server.newest") : t("server.migrate", { newest: status.newest_revision })}
        </dd>
        <dt>{t("server.size")}</dt>
        <dd>{formatBytes(status.size_bytes)}</dd>
        {status.started_at && (
          <>
            <dt>{t("server.started")}</dt>
            <dd>
              <When at={status.started_at} />
            </dd>
          </>
        )}
        {typeof status.cache_hit_percent === "number" && (
          <>
            <dt>{t("server.hits")}</dt>
            <dd>{formatPercent(status.cache_hit_percent)}</dd>
          </>
        )}
        {(status.largest_tables?.length ?? 0) > 0 && (
          <>
            <dt>{t("server.largest")}</dt>
            <dd>
              {status.largest_tables
                ?.slice(0, 5)
                .map((one) => `${one.name} ${formatBytes(one.size_bytes)}`)
                .join(", ")}
            </dd>
          </>
        )}
      </dl>
      {status.hint && <Remedy>{status.hint}</Remedy>}
    </section>
  );
}
