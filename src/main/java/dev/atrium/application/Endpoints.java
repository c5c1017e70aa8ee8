package dev.atrium.application;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/** Event handlers of the application, by namespace. Any thread. */
@Singleton
public final class Endpoints {

    private final Map<String, Endpoint> endpoints = new HashMap<>();

    private Endpoints() {
    }

    @Inject
    Endpoints(Handlers handlers, Clients clients) {
        for (Handler handler : handlers.all()) {
            endpoints.computeIfAbsent(handler.description().namespace(), claimed -> new Endpoint(clients)).add(handler);
        }
    }

    /** No handlers. */
    public static Endpoints none() {
        return new Endpoints();
    }

    /** Handlers of a namespace; null if the application has none for it. */
    public Endpoint of(String namespace) {
        return endpoints.get(namespace);
    }
}
