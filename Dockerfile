# Two stages: the first builds the wheel and installs it and what it needs from hash-pinned requirements; the second
# holds no installer and no compiler. Nothing but this base image is fetched from a registry.
# Renew both, tag and digest, with every release (docs/operating.md says how): a digest gets no security updates.
ARG PYTHON_IMAGE=python:3.13.16-slim-trixie@sha256:70729b46c69b4f1e97c4822c1af3df53a1476cf5ddc6c087c0c10bc3a5678c2f
FROM ${PYTHON_IMAGE} AS build
WORKDIR /srv/cermin
COPY requirements/tools.txt requirements/run.txt requirements/build.txt requirements/
# The read-only image could not keep what Python compiles: every start would compile everything anew.
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements/tools.txt -r requirements/build.txt \
 && /opt/tools/bin/uv venv /opt/cermin \
 && VIRTUAL_ENV=/opt/cermin /opt/tools/bin/uv pip sync --no-cache --require-hashes --compile-bytecode \
      requirements/run.txt
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY app app
COPY migrations migrations
# A real installation, not an editable one: the second stage needs nothing of this folder.
RUN /opt/tools/bin/python -m hatchling build -t wheel -d /tmp/wheel \
 && VIRTUAL_ENV=/opt/cermin /opt/tools/bin/uv pip install --no-cache --no-deps --compile-bytecode /tmp/wheel/*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Cermin" \
      org.opencontainers.image.licenses="Apache-2.0"
# The official image has pip, and its standard library is not compiled.
RUN python -m pip uninstall --yes --quiet pip \
 && library=$(python -c "import sysconfig; print(sysconfig.get_path('stdlib'))") \
 && rm -rf "$library/ensurepip" \
 && python -m compileall -q "$library" \
 && groupadd --system --gid 10001 cermin \
 && useradd --system --uid 10001 --gid cermin --no-create-home --home-dir /srv/cermin cermin \
 && install -d -o cermin -g cermin -m 0700 /srv/cermin /srv/cermin/var /srv/cermin/secret /srv/cermin/signing
COPY --from=build /opt/cermin /opt/cermin
ENV PATH=/opt/cermin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CERMIN_HOST=0.0.0.0 \
    CERMIN_ENVIRONMENT=production
USER cermin
WORKDIR /srv/cermin
# A volume takes the owner and mode of the folder it is put over.
VOLUME /srv/cermin/var
EXPOSE 8000
# Migrating a large database may take long, and whoever waits for a healthy container gives up on an unhealthy one.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30m \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# Migrating is safe to race, so every container may do it before it serves.
CMD ["sh", "-c", "cermin migrate && exec cermin serve"]
