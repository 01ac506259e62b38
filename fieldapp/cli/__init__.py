"""The command line: ``fieldapp``, one module per group of commands, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from fieldapp.cli.output import Installation, explained

# Command -> where it is. Importing them all would cost each command the start of every other.
_COMMANDS = {
    "serve": "fieldapp.cli.serve:serve",
    "db": "fieldapp.cli.db:db",
    "import": "fieldapp.cli.imports:import_",
    "export": "fieldapp.cli.exports:export",
    "coverage": "fieldapp.cli.coverage:coverage",
    "plan": "fieldapp.cli.plan:plan",
    "map": "fieldapp.cli.map:map_",
    "report": "fieldapp.cli.reports:report",
    "user": "fieldapp.cli.users:user",
    "token": "fieldapp.cli.tokens:token",
    "verify": "fieldapp.cli.verify:verify",
    "tidy": "fieldapp.cli.tidy:tidy",
    "demo": "fieldapp.cli.demo:demo",
}


class _Commands(click.Group):
    """The group of all commands; what they raise for people to read ends them with exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        with explained(ctx):
            return super().invoke(ctx)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="fieldapp", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """One township, one commissioner, one product: the register, its coverage and its map."""
    ctx.obj = ctx.with_resource(Installation())
