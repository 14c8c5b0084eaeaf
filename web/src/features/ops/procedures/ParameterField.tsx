import { Checkbox, NativeSelect, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Field, Mistake, Value } from "./schemaForm";

interface ParameterFieldProps {
  field: Field;
  value: Value;
  mistake: Mistake | undefined;
  onChange: (value: Value) => void;
}

/** The control of one parameter. */
export function ParameterField({ field, value, mistake, onChange }: ParameterFieldProps) {
  const { t } = useTranslation("procedures");
  const shared = {
    label: field.label,
    description: field.help || undefined,
    error: mistake && t(`mistake.${mistake}`, { min: field.min, max: field.max }),
    required: field.required,
  };
  switch (field.kind) {
    case "switch":
      return (
        <Switch
          {...shared}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <NativeSelect
          {...shared}
          value={String(value)}
          data={[...(field.optional ? [{ value: "", label: t("anything") }] : []), ...field.options]}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "choices":
      return (
        <Checkbox.Group {...shared} value={Array.isArray(value) ? value : []} onChange={onChange}>
          <Stack gap="xs" mt="xs">
            {field.options.map((option) => (
              <Checkbox key={option} size="md" value={option} label={option} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case "list":
      return (
        <Textarea
          {...shared}
          description={[field.help, t("aLineEach")].filter(Boolean).join(" ")}
          autosize
          minRows={2}
          maxRows={10}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...shared}
          inputMode={field.kind === "number" ? "decimal" : undefined}
          autoComplete="off"
          spellCheck={false}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
