package io.captionstream.service;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Hides the live page, and what it is told by, where it is switched off. */
@ApplicationScoped
class PageGate {
    private static final int BEFORE_STATIC_FILES = 100;
    private static final int NOT_FOUND = 404;

    private final boolean enabled;

    PageGate(ServiceConfig config) {
        this.enabled = config.page().enabled();
    }

    void register(@Observes Filters filters) {
        if (!enabled) {
            filters.register(PageGate::hide, BEFORE_STATIC_FILES);
        }
    }

    private static void hide(RoutingContext context) {
        String path = context.normalizedPath();
        boolean page = path.equals("/") || path.equals("/index.html") || path.startsWith("/page/");
        if (page || path.equals("/api/live") || path.startsWith("/api/live/")) {
            context.response()
                    .setStatusCode(NOT_FOUND)
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .end("The live page is switched off; captionstream.page.enabled=true switches it on\n");
        } else {
            context.next();
        }
    }
}
