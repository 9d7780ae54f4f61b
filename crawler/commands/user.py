"""``dibao user``: who may log in to the review desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.context import (
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_rows

if TYPE_CHECKING:
    from review.settings import ReviewConfig

app = typer.Typer(help="Accounts of the review desk.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Login name.")],
    role: Annotated[str, typer.Option(help="admin, editor or reader.")] = "admin",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Add an account; the password is asked for, never given on the command line."""
    from review.passwords import Passwords
    from storage.models.user import ROLES
    from storage.users import add_user, find_user

    if role not in ROLES:
        raise fail(f"角色只能是 / role must be one of: {', '.join(ROLES)}", code=EXIT_USAGE)
    with open_app(config) as state:
        with state.db.reader() as session:
            if find_user(session, name) is not None:
                raise fail(f"用户已存在 / this user exists: {name}")
        hashed = Passwords().hash(
            _ask_password(state.config.review, name=name, from_stdin=password_stdin)
        )
        with state.db.writer() as session:
            add_user(session, name=name, password_hash=hashed, role=role, now=now_utc())
    typer.echo(f"已添加 / added: {name} ({role})")


@app.command()
def passwd(
    name: Annotated[str, typer.Argument(help="Login name.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Set a new password; every session of the account ends."""
    from review.passwords import Passwords
    from storage.users import find_user, set_password

    with open_app(config) as state:
        with state.db.reader() as session:
            found = find_user(session, name)
        if found is None:
            raise fail(f"没有此用户 / no such user: {name}")
        hashed = Passwords().hash(
            _ask_password(state.config.review, name=name, from_stdin=password_stdin)
        )
        with state.db.writer() as session:
            set_password(session, user_id=found.id, password_hash=hashed, now=now_utc())
    typer.echo(f"密码已更新，旧会话已失效 / password set, sessions ended: {name}")


@app.command()
def disable(
    name: Annotated[str, typer.Argument(help="Login name.")], config: ConfigOption = None
) -> None:
    """Disable an account; every session of it ends."""
    from storage.users import disable_user, find_user

    with open_app(config) as state, state.db.writer() as session:
        found = find_user(session, name)
        if found is None:
            raise fail(f"没有此用户 / no such user: {name}")
        disable_user(session, user_id=found.id, now=now_utc())
    typer.echo(f"已停用 / disabled: {name}")


@app.command(name="list")
def list_accounts(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the accounts."""
    from storage.users import list_users

    with open_app(config) as state, state.db.reader() as session:
        rows = [
            {
                "name": user.name,
                "role": user.role,
                "disabled": user.disabled_at is not None,
                "last_login_at": user.last_login_at,
            }
            for user in list_users(session)
        ]
    print_rows(
        rows,
        columns={"name": "用户", "role": "角色", "disabled": "停用", "last_login_at": "上次登录"},
        as_json=as_json,
        empty="还没有用户；用 `dibao user add 用户名` 添加 / no users yet: dibao user add NAME",
    )


def _ask_password(config: ReviewConfig, *, name: str, from_stdin: bool) -> str:
    """Read a password twice from the terminal, or once from standard input."""
    import sys

    from review.i18n import LANGUAGES, Texts
    from review.passwords import password_problem

    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = typer.prompt("密码 / password", hide_input=True, confirmation_prompt=True)
    problem = password_problem(password, name=name, min_length=config.password_min_length)
    if problem is not None:
        texts = [Texts(lang)(problem, n=config.password_min_length) for lang in LANGUAGES]
        raise fail(" / ".join(texts), code=EXIT_USAGE)
    return str(password)
