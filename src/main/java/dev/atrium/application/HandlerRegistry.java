package dev.atrium.application;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Event handlers of the application, by namespace. Any thread. */
@Singleton
public final class HandlerRegistry {

    private final Map<String, NamespaceHandlers> endpoints = new HashMap<>();

    private HandlerRegistry() {
    }

    @Inject
    HandlerRegistry(Handlers handlers, Clients clients) {
        for (Handler handler : handlers.all()) {
            endpoints.computeIfAbsent(handler.description().namespace(), claimed -> new NamespaceHandlers(clients))
                    .add(handler);
        }
    }

    /** Before any observer of the application that publishes. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent startup, ObjectMapper mapper,
            @ConfigProperty(name = "atrium.socketio.max-attachments") int mostBuffers) {
        Values.use(mapper);
        Values.useBuffers(mostBuffers);
    }

    public static HandlerRegistry none() {
        return new HandlerRegistry();
    }

    /** Whether the application has no handlers at all. */
    public boolean isEmpty() {
        return endpoints.isEmpty();
    }

    /** Handlers of a namespace; null if the application has none for it. */
    public NamespaceHandlers of(String namespace) {
        return endpoints.get(namespace);
    }
}
