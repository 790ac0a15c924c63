# The site for production: without the embedded Postgres, without tools for development, without the demo accounts.
# tests/bin/test_image.py runs these very lines by hand. Start it with the environment of .env.example, for example
# through compose.yaml; `python manage.py migrate` once per release, `python manage.py run_worker` in one container.

FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache
COPY manage.py ./
COPY core core
COPY features features
COPY static static
COPY templates templates
# The key signs nothing here; the site asks for one of its own when it starts.
RUN SECRET_KEY=build STATIC_ROOT=/app/collected .venv/bin/python manage.py collectstatic --noinput && .venv/bin/python -m compileall -q core features

FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends fonts-wqy-microhei fonts-lohit-deva && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent site && install -d -o site -g site /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 DATA_DIR=/data STATIC_ROOT=/app/collected
ENV PDF_FONTS=/usr/share/fonts/truetype/wqy/wqy-microhei.ttc,/usr/share/fonts/truetype/lohit-devanagari/Lohit-Devanagari.ttf
USER site
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "core.healthcheck"]
CMD ["python", "-m", "core.serve"]
