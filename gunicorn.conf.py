"""gunicorn's settings; `gunicorn wsgi:app` reads this file wherever it is started from the project's folder.

Address and port come from --bind, or PORT as hosting platforms set it.
"""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 10
control_socket_disable = True  # one path in the home folder for all servers of a user; nothing here uses it
