import { NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckCatalogue } from "../../../api/schema";
import { Empty } from "../../../ui/Empty";
import { CheckRow } from "./CheckRow";
import classes from "./Checks.module.css";
import { CATEGORIES, chosenChecks, type Filters, needsAttention } from "./choosing";
import { useRunCheck } from "./queries";

const STANDINGS = ["attention", "down", "degraded", "healthy", "unknown"] as const;

/** The checks by category, with filters over them. */
export function CheckList({ catalogue }: { catalogue: CheckCatalogue }) {
  const { t } = useTranslation("ops");
  const [filters, setFilters] = useState<Filters>({ standing: "", category: "", text: "" });
  const run = useRunCheck();
  const chosen = chosenChecks(catalogue.items, filters);
  const wrong = catalogue.items.filter(needsAttention).length;
  const set = (changed: Partial<Filters>) => setFilters((before) => ({ ...before, ...changed }));
  return (
    <>
      <p role="status" className={classes.sum}>
        {wrong === 0
          ? t("checks.allWell", { count: catalogue.items.length })
          : t("checks.wrong", { count: wrong, all: catalogue.items.length })}{" "}
        {t("checks.score", { score: catalogue.score })}
      </p>
      <search className={classes.filters}>
        <TextInput
          label={t("checks.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={filters.text}
          onChange={(event) => set({ text: event.currentTarget.value })}
        />
        <NativeSelect
          label={t("checks.byStatus")}
          value={filters.standing}
          onChange={(event) => set({ standing: event.currentTarget.value as Filters["standing"] })}
          data={[
            { value: "", label: t("checks.anyStatus") },
            ...STANDINGS.map((value) => ({
              value,
              label: value === "attention" ? t("checks.attention") : t(`status.${value}`),
            })),
          ]}
        />
        <NativeSelect
          label={t("checks.byCategory")}
          value={filters.category}
          onChange={(event) => set({ category: event.currentTarget.value as Filters["category"] })}
          data={[
            { value: "", label: t("checks.anyCategory") },
            ...CATEGORIES.map((value) => ({ value, label: t(`checks.category.${value}`) })),
          ]}
        />
        <p role="status" className={classes.count}>
          {t("checks.count", { count: chosen.length })}
        </p>
      </search>
      {chosen.length === 0 && <Empty title={t("checks.none")}>{t("checks.otherFilter")}</Empty>}
      {CATEGORIES.map((category) => {
        const ofCategory = chosen.filter((check) => check.category === category);
        return (
          ofCategory.length > 0 && (
            <section key={category} aria-labelledby={`category-${category}`} className={classes.section}>
              <h2 id={`category-${category}`} className={classes.category}>
                {t(`checks.category.${category}`)}
              </h2>
              <ul className={classes.list}>
                {ofCategory.map((check) => (
                  <CheckRow
                    key={check.name}
                    check={check}
                    running={run.isPending && run.variables === check.name}
                    failed={run.isError && run.variables === check.name ? run.error : null}
                    onRun={() => run.mutate(check.name)}
                  />
                ))}
              </ul>
            </section>
          )
        );
      })}
    </>
  );
}
