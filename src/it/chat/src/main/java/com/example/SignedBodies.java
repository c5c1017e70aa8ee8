package com.example;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Reads the bodies of requests with a signature before any resource does, as Quarkus itself does for some extensions. */
@Singleton
public class SignedBodies {

    void register(@Observes Router router) {
        BodyHandler reader = BodyHandler.create(false);
        router.route().order(-100).handler(context -> {
            if (context.request().getHeader("X-Signature") == null) {
                context.next();
            } else {
                reader.handle(context);
            }
        });
    }
}
