import { Button, Collapse, TextInput } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconAlarm, IconSearch, IconUser } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import { Chip } from "./Chip";
import classes from "./Filters.module.css";
import { AGES, type Filters as Chosen, isFiltered, LEVELS, toggled, WAITS } from "./filters";

interface FiltersProps {
  filters: Chosen;
  counts: Record<string, number>;
  words: string;
  onWords: (words: string) => void;
  search: RefObject<HTMLInputElement | null>;
  /** Beside an open case and on a phone all counters unfold: there the list needs the room. */
  folded: boolean;
}

type Toggle = <K extends keyof Chosen>(name: K, value: Chosen[K]) => void;

interface GroupProps {
  filters: Chosen;
  counts: Record<string, number>;
  toggle: Toggle;
}

/** Counters that filter, and a search in what is listed. */
export function Filters({ filters, counts, words, onWords, search, folded }: FiltersProps) {
  const { t } = useTranslation("care");
  const navigate = useNavigate();
  const [more, setMore] = useState(
    Boolean(filters.age || filters.over || filters.status || filters.physician),
  );
  const toggle: Toggle = (name, value) =>
    void navigate({ to: ".", search: toggled(filters, name, value), replace: true });
  const group = { filters, counts, toggle };
  return (
    <search className={classes.filters} aria-label={t("filter.label")}>
      <div className={classes.top}>
        {!folded && <First {...group} />}
        <TextInput
          ref={search}
          className={classes.find}
          value={words}
          onChange={(event) => onWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          aria-label={t("filter.find")}
          placeholder={t("filter.findShort")}
          leftSection={<IconSearch size={16} aria-hidden />}
          autoComplete="off"
        />
        <Button
          variant="default"
          size="sm"
          className={classes.more}
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
          aria-expanded={more}
          onClick={() => setMore(!more)}
        >
          {t(folded ? "filter.label" : "filter.more")}
        </Button>
        {isFiltered(filters) && (
          <Button
            variant="subtle"
            size="sm"
            className={classes.more}
            onClick={() => void navigate({ to: ".", search: {}, replace: true })}
          >
            {t("filter.clear")}
          </Button>
        )}
      </div>
      <Collapse expanded={more}>
        <div className={classes.groups}>
          {folded && <First {...group} />}
          <Others {...group} />
        </div>
      </Collapse>
    </search>
  );
}

/** Levels, one's own, and what is late. */
function First({ filters, counts, toggle }: GroupProps) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  return (
    <div className={classes.group}>
      {LEVELS.map((level) => (
        <Chip
          key={level}
          label={common(`level.${level}`)}
          count={counts[level] ?? 0}
          on={filters.level === level}
          onToggle={() => toggle("level", level)}
          icon={<span className={classes.dot} data-level={level} />}
        />
      ))}
      <Chip
        label={t("filter.mine")}
        count={counts.mine ?? 0}
        on={filters.mine === true}
        onToggle={() => toggle("mine", true)}
        icon={<IconUser size={16} aria-hidden />}
      />
      <Chip
        label={t("filter.breached")}
        count={counts.breached ?? 0}
        on={filters.breached === true}
        onToggle={() => toggle("breached", true)}
        icon={<IconAlarm size={16} aria-hidden />}
        warns
      />
    </div>
  );
}

function Others({ filters, counts, toggle }: GroupProps) {
  const { t } = useTranslation("care");
  return (
    <>
      <Group name={t("filter.age")}>
        {AGES.map((age) => (
          <Chip
            key={age}
            label={t(`filter.ages.${age}`)}
            count={counts[`age-${age}`] ?? 0}
            on={filters.age === age}
            onToggle={() => toggle("age", age)}
          />
        ))}
      </Group>
      <Group name={t("filter.waiting")}>
        {WAITS.map((hours) => (
          <Chip
            key={hours}
            label={t("filter.over", { hours })}
            count={counts[`over-${hours}h`] ?? 0}
            on={filters.over === hours}
            onToggle={() => toggle("over", hours)}
          />
        ))}
      </Group>
      <Group name={t("filter.status")}>
        {(["waiting", "claimed"] as const).map((status) => (
          <Chip
            key={status}
            label={t(`status.${status}`)}
            count={counts[status] ?? 0}
            on={filters.status === status}
            onToggle={() => toggle("status", status)}
          />
        ))}
        <Chip
          label={t("filter.physician")}
          count={counts["for-physician"] ?? 0}
          on={filters.physician === true}
          onToggle={() => toggle("physician", true)}
        />
      </Group>
    </>
  );
}

function Group({ name, children }: { name: string; children: ReactNode }) {
  return (
    <fieldset className={classes.group}>
      <legend>{name}</legend>
      {children}
    </fieldset>
  );
}
