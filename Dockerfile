# syntax=docker/dockerfile:1
# Two stages: the first installs from hash-pinned requirements, the second holds no installer at all.
# Name the digest when you build for others (docs/operating.md): a tag may lead elsewhere tomorrow.
ARG PYTHON_IMAGE=python:3.13-slim
FROM ${PYTHON_IMAGE} AS build
WORKDIR /srv/cermin
COPY requirements/tools.txt requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements/tools.txt \
 && /opt/tools/bin/uv venv /opt/cermin \
 && VIRTUAL_ENV=/opt/cermin /opt/tools/bin/uv pip sync --no-cache --require-hashes \
      requirements/run.txt requirements/build.txt
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY app app
COPY migrations migrations
# A real installation, not an editable one: the second stage needs nothing of this folder.
RUN VIRTUAL_ENV=/opt/cermin /opt/tools/bin/uv pip install --no-cache --no-deps --no-build-isolation . \
 && VIRTUAL_ENV=/opt/cermin /opt/tools/bin/uv pip uninstall hatchling editables

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Cermin" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /srv/cermin --create-home cermin \
 && install -d -o cermin -g cermin -m 0700 /srv/cermin/var /srv/cermin/secret /srv/cermin/signing
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
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# Migrating is safe to race, so every container may do it before it serves.
CMD ["sh", "-c", "cermin migrate && exec cermin serve"]
