package dev.atrium.transport.admission;

import io.vertx.core.MultiMap;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;

/** Request with the parts that admission reads. */
final class Requests {

    /** What Quarkus reads from a header of the client, if it is set to. */
    private static final SocketAddress CLAIMED = SocketAddress.inetSocketAddress(1234, "198.51.100.66");

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private final Map<String, String> cookies = new HashMap<>();
    private SocketAddress peer;
    private HostAndPort authority;
    private String scheme = "http";

    Requests header(String name, String value) {
        if (value != null) {
            headers.add(name, value);
        }
        return this;
    }

    Requests cookie(String name, String value) {
        cookies.put(name, value);
        return this;
    }

    /** @param address of IPv4 or IPv6; null for a socket that has none */
    Requests from(String address) {
        try {
            peer = address == null ? null
                    : SocketAddress.inetSocketAddress(new InetSocketAddress(InetAddress.getByName(address), 1234));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
        return this;
    }

    Requests to(String newScheme, String host, int port) {
        scheme = newScheme;
        authority = HostAndPort.authority(host, port);
        return this;
    }

    HttpServerRequest request() {
        return proxy(HttpServerRequest.class,
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getHeader" -> headers.get(arguments[0].toString());
                    case "headers" -> headers;
                    case "remoteAddress" -> CLAIMED;
                    case "connection" -> proxy(HttpConnection.class, (connection, asked, none) -> peer);
                    case "authority" -> authority;
                    case "scheme" -> scheme;
                    case "getCookie" ->
                        cookies.containsKey(arguments[0]) ? Cookie.cookie((String) arguments[0], cookies.get(arguments[0]))
                                : null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
    }
}
