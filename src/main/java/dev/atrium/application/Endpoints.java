package dev.atrium.application;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/** The application's handlers, by namespace. Any thread. */
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

    /** Of no application. */
    public static Endpoints none() {
        return new Endpoints();
    }

    /** That of a namespace, or null if no application claims it. */
    public Endpoint of(String namespace) {
        return endpoints.get(namespace);
    }
}
