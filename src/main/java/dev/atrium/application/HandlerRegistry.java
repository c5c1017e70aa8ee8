package dev.atrium.application;

import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Event handlers of the application, by namespace. Made before any observer of the application publishes, because its mapper
 * comes with them. Any thread.
 */
@Startup(Interceptor.Priority.PLATFORM_BEFORE)
@Singleton
public final class HandlerRegistry {

    private final Map<String, NamespaceHandlers> endpoints = new HashMap<>();

    HandlerRegistry(Handlers handlers, Clients clients) {
        for (Handler handler : handlers.all()) {
            endpoints.computeIfAbsent(handler.description().namespace(), claimed -> new NamespaceHandlers(clients))
                    .add(handler);
        }
    }

    public static HandlerRegistry none() {
        return new HandlerRegistry(new Handlers(List.of()), null);
    }

    public boolean isEmpty() {
        return endpoints.isEmpty();
    }

    /** Handlers of a namespace; null if the application has none for it. */
    public NamespaceHandlers of(String namespace) {
        return endpoints.get(namespace);
    }
}
