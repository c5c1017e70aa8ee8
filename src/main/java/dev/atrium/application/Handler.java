package dev.atrium.application;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.ThrottledLog;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.invoke.Invoker;
import java.io.IOException;
import java.lang.reflect.Array;
import java.time.DateTimeException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Handler method of an application's bean. */
final class Handler {

    private final HandlerDescription description;
    private final Invoker<Object, Object> invoker;
    private final ObjectMapper mapper;
    private final Function<Supplier<Uni<Object>>, Uni<Object>> scope;
    private final List<JavaType> types;
    /** Of this handler alone: another one that fails at each call must not hide its failures. */
    private final ThrottledLog log = ThrottledLog.ofSeveral(Logger.getLogger(Handler.class));

    /**
     * @param invoker looks up the bean by itself
     * @param mapper that of the application, which reads the arguments
     * @param scope calls the method in a request context of CDI
     */
    Handler(HandlerDescription description, Invoker<Object, Object> invoker, ObjectMapper mapper,
            Function<Supplier<Uni<Object>>, Uni<Object>> scope) {
        this.description = description;
        this.invoker = invoker;
        this.mapper = mapper;
        this.scope = scope;
        this.types = description.parameters().stream().map(mapper.getTypeFactory()::constructFromCanonical).toList();
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
            Object[] parameters = parameters(client, reason, arguments);
            return scope.apply(() -> later(invoke(parameters)));
        });
        return description.blocking() ? called.runSubscriptionOn(Infrastructure.getDefaultWorkerPool()) : called;
    }

    /** Logs a failure that the application has not meant for the client. */
    void failed(Throwable failure) {
        String name = description.kind() == HandlerDescription.Kind.EVENT ? description.event()
                : description.kind().name().toLowerCase(Locale.ROOT);
        log.error("The application's handler of \"" + name + "\" failed", failure);
    }

    private static Uni<Object> later(Object result) {
        if (result instanceof CompletionStage<?> stage) {
            return Uni.createFrom().completionStage(stage).map(value -> (Object) value);
        }
        return result instanceof Uni<?> uni ? uni.map(value -> (Object) value) : Uni.createFrom().item(result);
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

    private Object rest(List<JsonNode> arguments, int from, JavaType type) {
        int count = Math.max(0, arguments.size() - from);
        Object rest = Array.newInstance(type.getRawClass(), count);
        for (int i = 0; i < count; i++) {
            Array.set(rest, i, value(arguments.get(from + i), type, from + i + 1));
        }
        return rest;
    }

    private Object value(JsonNode argument, JavaType type, int number) {
        if (argument == null || argument.isNull()) {
            if (type.isPrimitive()) {
                throw mismatch(type, number);
            }
            return type.hasRawClass(JsonNode.class) ? argument : null;
        }
        try {
            return mapper.readerFor(type).readValue(argument);
        } catch (InvalidDefinitionException e) {
            // A fault of the handler, whatever the client sends.
            throw new IllegalStateException("Jackson cannot make the parameter " + number + " of the handler", e);
        } catch (IOException | IllegalArgumentException | ArithmeticException | DateTimeException e) {
            // Those of a value out of range, which Jackson wraps only inside of objects and lists.
            throw mismatch(type, number);
        }
    }

    private static ErrorReply mismatch(JavaType type, int number) {
        return ErrorReply.badRequest("argument " + number + ": expected " + type.getRawClass().getSimpleName());
    }
}
