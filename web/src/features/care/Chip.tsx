import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Filters.module.css";

interface ChipProps {
  label: string;
  count: number;
  on: boolean;
  onToggle: () => void;
  icon?: ReactNode;
  warns?: boolean;
}

/** A filter that says how many it would show. */
export function Chip({ label, count, on, onToggle, icon, warns }: ChipProps) {
  return (
    <UnstyledButton
      className={classes.chip}
      aria-pressed={on}
      onClick={onToggle}
      data-on={on || undefined}
      data-warns={(warns && Boolean(count)) || undefined}
    >
      {icon}
      <span>{label}</span>
      <span className={classes.count}>{count}</span>
    </UnstyledButton>
  );
}
