package dev.atrium.transport.admission;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Resolver of a client's IP address. Of {@code X-Forwarded-For} only the entries at the end count, which trusted proxies have
 * added: a client can forge the entries before them. Any thread.
 */
final class ClientAddress {

    private static final Logger LOG = Logger.getLogger(ClientAddress.class);

    /** Bytes of an IPv6 address that identify a client: a client with one IPv6 address usually has a whole /64. */
    private static final int IPV6_NETWORK_BYTES = 8;

    private static final String FORWARDED_FOR = "X-Forwarded-For";
    /** RFC 7239. Its addresses are not read, but it tells of a proxy. */
    private static final String FORWARDED = "Forwarded";

    private final List<IpSubnetFilterRule> trusted;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** @throws ConfigurationException if a network is invalid */
    ClientAddress(List<String> proxies) {
        trusted = proxies.stream().map(ClientAddress::rule).toList();
    }

    private static IpSubnetFilterRule rule(String network) {
        try {
            int slash = network.indexOf('/');
            int whole = network.indexOf(':') >= 0 ? 128 : 32;
            String address = slash < 0 ? network : network.substring(0, slash);
            if (parsed(address) == null) {
                // Netty would resolve it as a host name: of 10/8 remains 0.0.0.0/8.
                throw new IllegalArgumentException("no address");
            }
            return new IpSubnetFilterRule(address, slash < 0 ? whole : Integer.parseInt(network.substring(slash + 1)),
                    IpFilterRuleType.ACCEPT);
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    "atrium.trusted-proxies: expected networks, for example 10.0.0.0/8, got \"" + network + '"');
        }
    }

    /** Returns the IPv4 address or the IPv6 /64 of a request's client; empty if it is unknown. */
    String of(HttpServerRequest request) {
        String peer = peer(request.connection());
        // Each proxy may add a header line of its own: the first line alone could be the client's.
        List<String> lines = request.headers().getAll(FORWARDED_FOR);
        String forwarded = lines.isEmpty() ? null : String.join(",", lines);
        if (peer == null) {
            return "";
        }
        boolean isForwarded = forwarded != null || request.headers().contains(FORWARDED);
        if (trusted.isEmpty() && !isForwarded || !trusted.isEmpty() && !isTrusted(peer)) {
            return canonical(peer);
        }
        if (trusted.isEmpty()) {
            // Most likely a proxy that is not configured as trusted: all clients would share its address and its limits.
            if (warned.compareAndSet(false, true)) {
                LOG.warnf(
                        "Clients behind a proxy cannot be distinguished by address, because the proxy is not in atrium.trusted-proxies; "
                                + "add it: header %s from %s",
                        forwarded == null ? FORWARDED : FORWARDED_FOR, peer);
            }
            return "";
        }
        return forwarded == null ? "" : firstUntrusted(forwarded);
    }

    /**
     * Not the address of the request: with {@code quarkus.http.proxy.proxy-address-forwarding} that is the first one of the
     * header, which the client itself may have written.
     */
    private static String peer(HttpConnection connection) {
        return connection.remoteAddress() == null ? null : connection.remoteAddress().hostAddress();
    }

    /**
     * Returns the address of the client of a connection that has sent no request yet; empty if the peer is a proxy, or may be
     * one because none is listed and a request with {@code X-Forwarded-For} has come.
     */
    String of(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress address) || address.getAddress() == null) {
            return "";
        }
        String text = address.getAddress().getHostAddress();
        boolean proxy = trusted.isEmpty() ? warned.get() : isTrusted(text);
        return proxy ? "" : canonical(text);
    }

    /** Returns the last entry that is not a trusted proxy; empty if an entry is not an address, or if all are proxies. */
    private String firstUntrusted(String forwarded) {
        String[] hops = forwarded.split(",");
        for (int i = hops.length - 1; i >= 0; i--) {
            String hop = withoutPort(hops[i].strip());
            if (parsed(hop) == null) {
                return "";
            }
            if (!isTrusted(hop)) {
                return canonical(hop);
            }
        }
        return "";
    }

    /** Strips the port that some proxies add: {@code 203.0.113.1:51234}, {@code [2001:db8::1]:51234}. */
    private static String withoutPort(String hop) {
        if (hop.startsWith("[") && hop.indexOf(']') > 0) {
            return hop.substring(1, hop.indexOf(']'));
        }
        int colon = hop.indexOf(':');
        return colon > 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }

    private boolean isTrusted(String address) {
        InetAddress parsed = parsed(address);
        return parsed != null && trusted.stream().anyMatch(rule -> rule.matches(new InetSocketAddress(parsed, 0)));
    }

    private static String canonical(String address) {
        InetAddress parsed = parsed(address);
        if (parsed == null) {
            return address;
        }
        byte[] bytes = parsed.getAddress();
        if (bytes.length == 4) {
            return NetUtil.bytesToIpAddress(bytes);
        }
        Arrays.fill(bytes, IPV6_NETWORK_BYTES, bytes.length, (byte) 0);
        return NetUtil.bytesToIpAddress(bytes) + "/64";
    }

    /** Returns the address in a text, of IPv4 for an IPv4-mapped IPv6 address; null if the text is not an address. */
    private static InetAddress parsed(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }
}
