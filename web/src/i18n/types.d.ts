import type alerts from "./en/alerts.json";
import type assistant from "./en/assistant.json";
import type audit from "./en/audit.json";
import type care from "./en/care.json";
import type common from "./en/common.json";
import type database from "./en/database.json";
import type identity from "./en/identity.json";
import type maintenance from "./en/maintenance.json";
import type ops from "./en/ops.json";
import type procedures from "./en/procedures.json";
import type rounds from "./en/rounds.json";
import type users from "./en/users.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: {
      common: typeof common;
      database: typeof database;
      identity: typeof identity;
      alerts: typeof alerts;
      assistant: typeof assistant;
      care: typeof care;
      audit: typeof audit;
      maintenance: typeof maintenance;
      ops: typeof ops;
      procedures: typeof procedures;
      rounds: typeof rounds;
      users: typeof users;
    };
  }
}
