"""The WSGI application. One worker process, a few threads:

granian --interface wsgi --workers 1 --blocking-threads 8 --port 8010 sandbox.app:application
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from flask import Flask, request

from sandbox import control, keys, pages, seed, sms
from sandbox.books import BEIJING
from sandbox.config import Config, read_config
from sandbox.db import Database, create_tables
from sandbox.settle import Workers
from sandbox.unionpay import gateway
from sandbox.unionpay.channel import BankKeys

_MAX_BODY = 256 * 1024


def _beijing(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _address(**changes: str) -> str:
    """This page's address with other parameters."""
    return "?" + urlencode({**request.args.to_dict(), **changes})


def create_app(*, config: Config) -> Flask:
    """Build the application: keys, tables, seed, routes. Safe with several processes at once."""
    database = Database(url=config.database_url)
    with database.schema_lock() as connection:
        create_tables(connection=connection)
        keys.make_keys(directory=config.keys_directory)
        seed.plant(connection=connection)
    app = Flask(__name__)
    app.config.update(
        DATABASE=database,
        BANK_KEYS=BankKeys(directory=config.keys_directory),
        SANDBOX=config,
        SMS_TOKEN=config.sms_token,
        MAX_CONTENT_LENGTH=_MAX_BODY,
    )
    app.jinja_env.filters.update(
        beijing=_beijing, yuan=pages.yuan, mask_pan=pages.mask_pan, mask_name=pages.mask_name
    )
    app.jinja_env.globals["address"] = _address
    for module in (pages, sms, control, gateway):
        app.register_blueprint(module.blueprint)
    return app


def _start() -> Flask:
    config = read_config()
    app = create_app(config=config)
    workers = Workers(database=app.config["DATABASE"], bank=app.config["BANK_KEYS"], config=config)
    workers.start()
    return app


application = _start()
