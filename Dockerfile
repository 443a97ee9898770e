# The image of the gateway; `docs/deploying.md` says how to run it. A test holds the version of Node to package.json.
FROM node:26.10.0-trixie-slim AS base
WORKDIR /app

FROM base AS manifests
COPY package.json package-lock.json .npmrc ./
COPY packages/protocol/package.json packages/protocol/
COPY packages/gateway/package.json packages/gateway/
COPY packages/sandbox/package.json packages/sandbox/
COPY packages/phone/package.json packages/phone/

# The phone's page, which the sandbox serves: the only thing that is built.
FROM manifests AS page
RUN npm ci --include=dev --workspace=packages/phone
COPY tsconfig.json ./
COPY packages/phone packages/phone
RUN npm run build --workspace=packages/phone

# What runs: without the Node from npm, since the image has one.
FROM manifests AS production
RUN npm ci --omit=dev --omit=optional

FROM base
COPY --from=production /app ./
COPY bin bin
COPY packages packages
COPY --from=page /app/packages/phone/dist packages/phone/dist
RUN ln -s /app/bin/waypost.mjs /usr/local/bin/waypost && install -d -m 0700 -o node -g node /data

# There is no sandbox beside the gateway: only then callbacks are kept from private addresses, and the clock is real.
ENV NODE_ENV=production WAYPOST_HOST=0.0.0.0 WAYPOST_PORT=8080 WAYPOST_SANDBOX_PORT=0 WAYPOST_DATA=/data
# `node` by its number, so that Kubernetes can see that it is not root. Nothing but /data is written to.
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=12s --start-period=60s --retries=3 CMD ["waypost", "health"]
ENTRYPOINT ["waypost"]
CMD ["serve"]
