package dev.atrium.transport.engineio;

import dev.atrium.session.RequestMemory;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP request with no connection under it, and the answer that it gets. */
final class FakeRequest {

    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Exchange[] exchange = new Exchange[1];
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private Handler<Void> closeHandler;
    private boolean closed;
    private boolean reset;
    private int status;
    private String body;
    private final HttpServerResponse response = fake(HttpServerResponse.class,
            (proxy, method, arguments) -> switch (method.getName()) {
                case "closed" -> closed;
                case "ended" -> isAnswered();
                case "closeHandler" -> whenClosed(proxy, arguments[0]);
                case "setStatusCode" -> status(proxy, (int) arguments[0]);
                case "putHeader" -> header(proxy, arguments[0].toString(), arguments[1].toString());
                case "end" -> end((Buffer) arguments[0]);
                case "reset" -> reset = true;
                default -> throw new UnsupportedOperationException(method.toString());
            });

    FakeRequest(ContextInternal context) {
        this(context, null, null);
    }

    /**
     * Received on that context.
     *
     * @param forwarder the replica that has forwarded it, or null
     * @param stamp see {@link Exchange}
     */
    FakeRequest(ContextInternal context, String forwarder, String stamp) {
        this(context, forwarder, stamp, new RequestMemory(1 << 20, System::nanoTime, () -> false));
    }

    /** @param memory of all requests */
    FakeRequest(ContextInternal context, String forwarder, String stamp, RequestMemory memory) {
        HttpServerRequest request = fake(HttpServerRequest.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getHeader" -> arguments[0].toString().equals("Atrium-Forwarded") ? forwarder : null;
            case "response" -> response;
            default -> throw new UnsupportedOperationException(method.toString());
        });
        context.dispatch(
                () -> exchange[0] = new Exchange(request, channel, memory, stamp));
    }

    Exchange exchange() {
        return exchange[0];
    }

    /** Its client goes before there is an answer, or after. */
    void abandon() {
        closed = true;
        if (closeHandler != null) {
            closeHandler.handle(null);
        }
    }

    boolean isAnswered() {
        return status != 0;
    }

    boolean isReset() {
        return reset;
    }

    /** Status and body, or null if it waits. */
    String answer() {
        return isAnswered() ? status + " " + body : null;
    }

    String header(String name) {
        return headers.get(name);
    }

    private Object whenClosed(Object proxy, Object handler) {
        @SuppressWarnings("unchecked")
        Handler<Void> given = (Handler<Void>) handler;
        closeHandler = given;
        return proxy;
    }

    private Object status(Object proxy, int code) {
        if (isAnswered()) {
            throw new IllegalStateException("answered twice");
        }
        status = code;
        return proxy;
    }

    private Object header(Object proxy, String name, String value) {
        headers.put(name, value);
        return proxy;
    }

    private Object end(Buffer buffer) {
        body = buffer.toString();
        return null;
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
    }
}
