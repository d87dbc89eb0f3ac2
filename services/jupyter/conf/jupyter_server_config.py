"""JupyterLab as the platform runs it: one token, one folder, nothing fetched from elsewhere."""

import os

c = get_config()  # noqa: F821 - given by Jupyter, which reads this file

c.ServerApp.ip = os.environ["LAKEHOUSE_BIND_HOST"]
c.ServerApp.port = int(os.environ["LAKEHOUSE_JUPYTER_PORT"])
# another port than the one asked for would be found by nobody
c.ServerApp.port_retries = 0
c.ServerApp.root_dir = os.environ["LAKEHOUSE_NOTEBOOKS_DIR"]
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
# taken out of the environment here, so that kernels do not inherit it
c.IdentityProvider.token = os.environ.pop("JUPYTER_TOKEN")
c.LabApp.extension_manager = "readonly"
# a kernel that nobody uses gives its memory back
c.MappingKernelManager.cull_idle_timeout = 3600
