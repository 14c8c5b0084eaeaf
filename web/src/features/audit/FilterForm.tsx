import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconAdjustments, IconSearch } from "@tabler/icons-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./FilterForm.module.css";
import { countOf, type Filters, mistakes, NO_FILTERS } from "./filters";

const ROLES = ["patient", "nurse", "physician", "admin", "system"] as const;
const OUTCOMES = ["success", "denied", "failed"] as const;
const DOORS = ["api", "cli", "job", "system"] as const;
const RARE = ["via", "flag", "actor", "patient", "entityId", "request"] as const;

interface FilterFormProps {
  filters: Filters;
  busy: boolean;
  onSearch: (filters: Filters) => void;
}

/** What is looked for. Nothing is sent before the button: each search is an event of the audit. */
export function FilterForm({ filters, busy, onSearch }: FilterFormProps) {
  const { t } = useTranslation("audit");
  const id = useId();
  const [draft, setDraft] = useState(filters);
  const [more, setMore] = useState(RARE.some((field) => filters[field] !== ""));
  const [tried, setTried] = useState(false);
  useEffect(() => {
    setDraft(filters);
    setTried(false);
    if (RARE.some((field) => filters[field] !== "")) setMore(true);
  }, [filters]);
  const wrong = mistakes(draft);
  const error = (field: keyof Filters) => {
    const mistake = tried ? wrong[field] : undefined;
    return mistake && t(`mistake.${mistake}`);
  };
  const text = (field: keyof Filters, type?: string) => ({
    label: t(`filter.${field}`),
    value: draft[field],
    error: error(field),
    type,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [field]: event.currentTarget.value }),
  });
  const choice = (field: keyof Filters, options: { value: string; label: string }[]) => ({
    label: t(`filter.${field}`),
    value: draft[field],
    data: [{ value: "", label: t("filter.any") }, ...options],
    onChange: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [field]: event.currentTarget.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length === 0) onSearch(draft);
  };
  return (
    <search>
      <form className={classes.form} onSubmit={submit} noValidate>
        <div className={classes.fields}>
          <TextInput {...text("since", "datetime-local")} />
          <TextInput {...text("until", "datetime-local")} />
          <TextInput {...text("action")} placeholder="assessment." />
          <NativeSelect
            {...choice(
              "role",
              ROLES.map((value) => ({ value, label: t(`role.${value}`) })),
            )}
          />
          <NativeSelect
            {...choice(
              "outcome",
              OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) })),
            )}
          />
        </div>
        <div id={id} className={classes.fields} hidden={!more}>
          <NativeSelect
            {...choice(
              "via",
              DOORS.map((value) => ({ value, label: t(`door.${value}`) })),
            )}
          />
          <TextInput {...text("flag")} placeholder="break-glass" />
          <TextInput {...text("actor")} />
          <TextInput {...text("patient")} />
          <TextInput {...text("entityId")} />
          <TextInput {...text("request")} />
        </div>
        <div className={classes.buttons}>
          <Button type="submit" leftSection={<IconSearch size={18} aria-hidden />} loading={busy}>
            {t("filter.search")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconAdjustments size={18} aria-hidden />}
            aria-expanded={more}
            aria-controls={id}
            onClick={() => setMore(!more)}
          >
            {t(more ? "filter.less" : "filter.more")}
          </Button>
          {countOf(draft) > 0 && (
            <Button variant="subtle" onClick={() => onSearch(NO_FILTERS)}>
              {t("filter.clear")}
            </Button>
          )}
        </div>
      </form>
    </search>
  );
}
