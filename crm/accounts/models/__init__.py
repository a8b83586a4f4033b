"""Users with their API keys and changes, their sessions, and what they sign in with besides a password."""

from crm.accounts.models.account import LONGEST_LOGIN, AccountChange, ApiKey, PageEnd, User
from crm.accounts.models.factors import AuthenticatorApp, Passkey, RecoveryCode
from crm.accounts.models.identity import ExternalIdentity
from crm.accounts.models.notice import AccountNotice
from crm.accounts.models.session import Session

__all__ = [
    "LONGEST_LOGIN",
    "AccountChange",
    "AccountNotice",
    "ApiKey",
    "AuthenticatorApp",
    "ExternalIdentity",
    "PageEnd",
    "Passkey",
    "RecoveryCode",
    "Session",
    "User",
]
