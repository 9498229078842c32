FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# docker build --build-arg VERSION=$(git describe --tags --always --dirty) .
ARG VERSION=
RUN CGO_ENABLED=0 GOTOOLCHAIN=local go build -trimpath -ldflags "-s -w -X main.release=$VERSION" -o /out/entra-app ./cmd/entra-app && mkdir /out/data

FROM scratch
ARG VERSION=
LABEL org.opencontainers.image.title="entra-app" \
      org.opencontainers.image.description="A Slack bot for approved Microsoft Entra app registrations" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version=$VERSION
COPY LICENSE cmd/entra-app/THIRD_PARTY /
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/entra-app /entra-app
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080 9090
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/entra-app", "health", "--config", "/etc/entra-app/entra-app.yaml"]
ENTRYPOINT ["/entra-app"]
CMD ["serve", "--config", "/etc/entra-app/entra-app.yaml"]
