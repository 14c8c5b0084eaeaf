import { Anchor, Modal, Stack, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Citation } from "../../api/schema";
import classes from "./Message.module.css";

/** The exact passage behind a sentence, and where it was published. */
export function CitationDialog({ citation, onClose }: { citation: Citation | null; onClose: () => void }) {
  const { t } = useTranslation("assistant");
  const { t: common } = useTranslation();
  return (
    <Modal
      opened={citation !== null}
      onClose={onClose}
      title={t("citation.title", { number: citation?.number })}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      {citation && (
        <Stack gap="sm">
          <Text fw={650}>{citation.title}</Text>
          <blockquote className={classes.passage}>{citation.quote}</blockquote>
          {isWebAddress(citation.url) && (
            <Anchor href={citation.url} target="_blank" rel="noopener noreferrer" className={classes.source}>
              {t("citation.source")} <IconExternalLink size={16} aria-hidden />
              <span className="visually-hidden">{t("citation.newTab")}</span>
            </Anchor>
          )}
        </Stack>
      )}
    </Modal>
  );
}

/** A source's address comes from whoever loaded it: only the web is linked to. */
function isWebAddress(url: string | null | undefined): url is string {
  return /^https?:\/\//i.test(url ?? "");
}
