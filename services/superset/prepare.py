"""Brings Superset's database, roles, login and dashboards up to date; runs in its environment.

Reads LAKEHOUSE_SUPERSET_USER and LAKEHOUSE_SUPERSET_ADMIN_PASSWORD beside the configuration, and
the folder `superset/` of the project. A marker saves asking, which takes half a minute.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.metadata
import os
from pathlib import Path
from types import SimpleNamespace

MARKER = Path(os.environ["SUPERSET_HOME"]) / "prepared"
# the key that Superset's database is encrypted with
KEY_FILE = MARKER.with_name("secret.key")
ASSETS = Path(__file__).resolve().parents[2] / "superset"
USER = os.environ["LAKEHOUSE_SUPERSET_USER"]
PASSWORD = os.environ["LAKEHOUSE_SUPERSET_ADMIN_PASSWORD"]
SECRET_KEY = os.environ["LAKEHOUSE_SUPERSET_SECRET_KEY"]


def main() -> None:
    """Prepare, unless nothing has changed since the last time."""
    assets = {
        str(file.relative_to(ASSETS)): file.read_text("utf-8") for file in ASSETS.rglob("*.yaml")
    }
    state = fingerprint(assets)
    if not MARKER.exists() or MARKER.read_text("utf-8") != state:
        # heavy: only now
        from superset.app import create_app

        with create_app().app_context():
            migrate()
            ensure_login()
            import_assets(assets)
        MARKER.write_text(state, encoding="utf-8")
    KEY_FILE.touch(mode=0o600)
    KEY_FILE.write_text(SECRET_KEY, encoding="utf-8")


def fingerprint(assets: dict[str, str]) -> str:
    """Changes with the version, the login and the dashboards; keyed, as a password is in it."""
    version = importlib.metadata.version("apache-superset")
    content = repr((version, USER, PASSWORD, sorted(assets.items())))
    return hmac.new(SECRET_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


def migrate() -> None:
    """Bring tables, their encryption, permissions and roles up to date."""
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, db, security_manager

    upgrade()
    # what follows reads encrypted columns
    rotate_secret_key()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    db.session.commit()


def rotate_secret_key() -> None:
    """Encrypt stored passwords of databases again after the key has changed in .env."""
    former = KEY_FILE.read_text("utf-8") if KEY_FILE.exists() else SECRET_KEY
    if former == SECRET_KEY:
        return
    from flask_appbuilder import Model
    from superset.extensions import db
    from superset.utils.encrypt import SecretsMigrator

    migrator = SecretsMigrator(former)
    # by itself it searches the metadata of another base class, which has no table
    migrator._db = SimpleNamespace(metadata=Model.metadata, engine=db.engine)
    migrator.run()


def ensure_login() -> None:
    """The one user, with the password of now."""
    from superset.extensions import security_manager

    user = security_manager.find_user(USER)
    if user is None:
        role = security_manager.find_role("Admin")
        security_manager.add_user(USER, "Lakehouse", "Admin", "admin@localhost", role, PASSWORD)
    else:
        security_manager.reset_password(user.id, PASSWORD)


def import_assets(assets: dict[str, str]) -> None:
    """Put databases, datasets, charts and dashboards over those of before."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.extensions import security_manager
    from superset.utils.core import override_user

    with override_user(security_manager.find_user(USER)):
        ImportAssetsCommand(assets).run()


if __name__ == "__main__":
    main()
