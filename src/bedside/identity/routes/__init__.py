"""``/api/auth`` and ``/api/users``."""

from bedside.identity.routes.account import router as account_router
from bedside.identity.routes.auth import router as auth_router
from bedside.identity.routes.second_factor import router as second_factor_router
from bedside.identity.routes.users import router as users_router

ROUTERS = (auth_router, account_router, second_factor_router, users_router)

__all__ = ["ROUTERS"]
