import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./states.module.css";

interface EmptyProps {
  title: string;
  /** What to do now. */
  children?: ReactNode;
  icon?: ReactNode;
}

/** There is nothing here, which is no error. */
export function Empty({ title, children, icon }: EmptyProps) {
  return (
    <Stack className={classes.state} align="center" gap="xs">
      {icon}
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" component="div" ta="center">
          {children}
        </Text>
      )}
    </Stack>
  );
}
