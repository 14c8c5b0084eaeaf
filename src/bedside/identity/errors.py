"""What can go wrong in signing in, as its own codes. The sentences never say whether a login exists."""

from __future__ import annotations

from bedside.platform.errors import BadInput, Conflict, Forbidden, NotSignedIn, TooManyRequests


class SignInFailed(NotSignedIn):
    """The login, the password or the second factor's code is wrong, or the account is disabled."""

    code = "sign-in-failed"
    title = "Sign-in failed"


class SecondFactorRequired(NotSignedIn):
    """The password is right; a code from the second factor has to come with it."""

    code = "second-factor-required"
    title = "A code is needed"


class EnrolmentRequired(NotSignedIn):
    """The password is right, but staff need a second factor and this account has none yet.

    ``extra['enrolment_token']`` permits enrolling one, and nothing else.
    """

    code = "second-factor-enrolment-required"
    title = "Set up a second factor"


class LockedOut(TooManyRequests):
    """Too many failures; ``extra['retry_after']`` is in seconds."""

    code = "locked-out"
    title = "Too many failed attempts"


class TokenReused(NotSignedIn):
    """A refresh token was used twice, so somebody else may hold it: the sign-in has been ended."""

    code = "token-reused"
    title = "This sign-in has been ended"


class RefreshRace(Conflict):
    """The refresh token was exchanged a moment ago, by another tab or an earlier try."""

    code = "refreshed-already"
    title = "Refreshed a moment ago"


class PasswordRefused(BadInput):
    """The password is too short, too long, too common or too close to the login."""

    code = "password-refused"
    title = "Choose another password"


class LinkNotValid(BadInput):
    """A one-time link that is unknown, used or expired: the three are not told apart."""

    code = "link-not-valid"
    title = "This link is not valid"


class CodeNotValid(BadInput):
    """A second factor's code that is wrong, or was used already."""

    code = "code-not-valid"
    title = "The code is not valid"


class SignUpClosed(Forbidden):
    """Patients may not create accounts for themselves here."""

    code = "sign-up-closed"
    title = "Sign-up is closed"
