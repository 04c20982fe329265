#!/bin/sh
# What the container runs: the flags of `socialroi serve`, but open to the proxy in front of it.
# PUBLIC_NAME is the host name people type; without it only localhost is answered.
set -eu
mkdir -p "$TMPDIR"
site=$(python -c 'from socialroi.cli.server import site; print(site())')
cd "$site"
exec python -m streamlit run app.py \
    --server.address 0.0.0.0 --server.port "${PORT:-8501}" --server.headless true \
    --server.allowedHosts localhost --server.allowedHosts 127.0.0.1 --server.allowedHosts "${PUBLIC_NAME:-localhost}" \
    --server.fileWatcherType none --server.enableStaticServing false \
    --browser.gatherUsageStats false --client.showErrorDetails none --client.toolbarMode viewer \
    --secrets.files "${SECRETS:-/run/secrets/socialroi.toml}"
