package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.Refusal;
import dev.atrium.session.CloseReason;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;

/** One method of an application's bean, as what it is called for. */
final class Handler {

    private final Object bean;
    private final Method method;
    private final boolean blocking;

    Handler(Object bean, Method method) {
        this.bean = bean;
        this.method = method;
        this.blocking = method.isAnnotationPresent(Blocking.class) || method.getDeclaringClass().isAnnotationPresent(Blocking.class);
        method.setAccessible(true);
    }

    /**
     * Calls it: on this thread, or on a worker's if it blocks.
     *
     * @return what it returned, null for nothing; or what it threw, or a {@link Refusal} for arguments that do not fit
     */
    Uni<Object> call(Client client, CloseReason reason, List<JsonNode> arguments) {
        Uni<Object> called = Uni.createFrom().deferred(() -> {
            Object result = invoke(parameters(client, reason, arguments));
            return result instanceof Uni<?> uni ? uni.map(value -> (Object) value) : Uni.createFrom().item(result);
        });
        return blocking ? called.runSubscriptionOn(Infrastructure.getDefaultWorkerPool()) : called;
    }

    boolean returnsNothing() {
        return method.getReturnType() == void.class;
    }

    private Object invoke(Object[] parameters) {
        try {
            return method.invoke(bean, parameters);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object[] parameters(Client client, CloseReason reason, List<JsonNode> arguments) {
        Class<?>[] classes = method.getParameterTypes();
        Type[] types = method.getGenericParameterTypes();
        Object[] parameters = new Object[types.length];
        int next = 0;
        for (int i = 0; i < types.length; i++) {
            if (classes[i] == Client.class) {
                parameters[i] = client;
            } else if (classes[i] == CloseReason.class) {
                parameters[i] = reason;
            } else if (method.isVarArgs() && i == types.length - 1) {
                parameters[i] = rest(arguments, next, classes[i].getComponentType());
            } else {
                JsonNode argument = next < arguments.size() ? arguments.get(next) : null;
                parameters[i] = value(argument, types[i], classes[i], ++next);
            }
        }
        return parameters;
    }

    private static Object rest(List<JsonNode> arguments, int from, Class<?> type) {
        int count = Math.max(0, arguments.size() - from);
        Object rest = Array.newInstance(type, count);
        for (int i = 0; i < count; i++) {
            Array.set(rest, i, value(arguments.get(from + i), type, type, from + i + 1));
        }
        return rest;
    }

    private static Object value(JsonNode argument, Type type, Class<?> simple, int number) {
        if (argument == null || argument.isNull()) {
            if (simple.isPrimitive()) {
                throw Refusal.badRequest("argument " + number + ": expected " + simple.getSimpleName());
            }
            return simple == JsonNode.class ? argument : null;
        }
        try {
            return Values.JSON.readerFor(Values.JSON.constructType(type)).readValue(argument);
        } catch (IOException e) {
            throw Refusal.badRequest("argument " + number + ": expected " + simple.getSimpleName());
        }
    }
}
