package dev.atrium.application;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.invoke.Invoker;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.List;

/** Handler method of an application's bean. */
final class Handler {

    private final HandlerDescription description;
    private final Invoker<Object, Object> invoker;
    private final List<JavaType> types;

    /** @param invoker looks up the bean by itself */
    Handler(HandlerDescription description, Invoker<Object, Object> invoker) {
        this.description = description;
        this.invoker = invoker;
        this.types = description.parameters().stream().map(Values.JSON.getTypeFactory()::constructFromCanonical).toList();
    }

    HandlerDescription description() {
        return description;
    }

    /**
     * Calls the method: on this thread, or on a worker thread if it blocks.
     *
     * @return the method's result, null for none; or its exception, or an {@link ErrorReply} for arguments that do not match
     *         its parameters
     */
    Uni<Object> call(Client client, CloseReason reason, List<JsonNode> arguments) {
        Uni<Object> called = Uni.createFrom().deferred(() -> {
            Object result = invoke(parameters(client, reason, arguments));
            return result instanceof Uni<?> uni ? uni.map(value -> (Object) value) : Uni.createFrom().item(result);
        });
        return description.blocking() ? called.runSubscriptionOn(Infrastructure.getDefaultWorkerPool()) : called;
    }

    private Object invoke(Object[] parameters) {
        try {
            return invoker.invoke(null, parameters);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Object[] parameters(Client client, CloseReason reason, List<JsonNode> arguments) {
        Object[] parameters = new Object[types.size()];
        int next = 0;
        for (int i = 0; i < parameters.length; i++) {
            JavaType type = types.get(i);
            if (type.hasRawClass(Client.class)) {
                parameters[i] = client;
            } else if (type.hasRawClass(CloseReason.class)) {
                parameters[i] = reason;
            } else if (description.varArgs() && i == parameters.length - 1) {
                parameters[i] = rest(arguments, next, type.getContentType());
            } else {
                JsonNode argument = next < arguments.size() ? arguments.get(next) : null;
                parameters[i] = value(argument, type, ++next);
            }
        }
        return parameters;
    }

    private static Object rest(List<JsonNode> arguments, int from, JavaType type) {
        int count = Math.max(0, arguments.size() - from);
        Object rest = Array.newInstance(type.getRawClass(), count);
        for (int i = 0; i < count; i++) {
            Array.set(rest, i, value(arguments.get(from + i), type, from + i + 1));
        }
        return rest;
    }

    private static Object value(JsonNode argument, JavaType type, int number) {
        if (argument == null || argument.isNull()) {
            if (type.isPrimitive()) {
                throw mismatch(type, number);
            }
            return type.hasRawClass(JsonNode.class) ? argument : null;
        }
        try {
            return Values.JSON.readerFor(type).readValue(argument);
        } catch (IOException e) {
            throw mismatch(type, number);
        }
    }

    private static ErrorReply mismatch(JavaType type, int number) {
        return ErrorReply.badRequest("argument " + number + ": expected " + type.getRawClass().getSimpleName());
    }
}
