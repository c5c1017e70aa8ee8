package dev.atrium.application;

import io.quarkus.arc.ClientProxy;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

/** The application's handlers, by namespace. Any thread. */
@Singleton
public final class Endpoints {

    private final Map<String, Endpoint> endpoints = new HashMap<>();

    private Endpoints() {
    }

    /** Of no application. */
    public static Endpoints none() {
        return new Endpoints();
    }

    /** @throws ConfigurationException naming what two handlers claim */
    @Inject
    Endpoints(@Namespace Instance<Object> beans, Clients clients) {
        for (Instance.Handle<Object> handle : beans.handles()) {
            Class<?> type = handle.getBean().getBeanClass();
            String name = type.getAnnotation(Namespace.class).value();
            if (endpoints.containsKey(name)) {
                throw new ConfigurationException("namespace " + name + ": " + type.getName() + " is the second bean for it");
            }
            endpoints.put(name, endpoint(clients, handle.get(), type));
        }
    }

    /** That of a namespace, or null if no application claims it. */
    public Endpoint of(String namespace) {
        return endpoints.get(namespace);
    }

    private static Endpoint endpoint(Clients clients, Object bean, Class<?> type) {
        Endpoint endpoint = new Endpoint(clients);
        for (Method method : type.getDeclaredMethods()) {
            Handler handler = new Handler(ClientProxy.unwrap(bean), method);
            if (method.isAnnotationPresent(OnConnect.class)) {
                endpoint.onConnect(handler);
            } else if (method.isAnnotationPresent(OnDisconnect.class)) {
                endpoint.onDisconnect(handler);
            } else if (method.isAnnotationPresent(OnEvent.class)) {
                String event = method.getAnnotation(OnEvent.class).value();
                if (!endpoint.onEvent(event, handler)) {
                    throw new ConfigurationException(type.getName() + ": two handlers of \"" + event + "\"");
                }
            }
        }
        return endpoint;
    }
}
