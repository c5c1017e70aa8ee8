package dev.atrium.transport.admission;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Finds out the address of a client. Of {@code X-Forwarded-For} only what trusted proxies have added counts, which is at its
 * end: its beginning is what the client has made up. Any thread.
 */
final class ClientAddress {

    private static final Logger LOG = Logger.getLogger(ClientAddress.class);

    /** Whoever has one address of IPv6 has a whole network of them. */
    private static final int IPV6_NETWORK_BYTES = 8;

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final List<IpSubnetFilterRule> trusted;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * @param proxies networks, as address and prefix length
     * @throws ConfigurationException if one of them is none
     */
    ClientAddress(List<String> proxies) {
        trusted = proxies.stream().map(ClientAddress::rule).toList();
    }

    private static IpSubnetFilterRule rule(String network) {
        try {
            int slash = network.indexOf('/');
            int whole = network.indexOf(':') >= 0 ? 128 : 32;
            return new IpSubnetFilterRule(slash < 0 ? network : network.substring(0, slash),
                    slash < 0 ? whole : Integer.parseInt(network.substring(slash + 1)), IpFilterRuleType.ACCEPT);
        } catch (RuntimeException e) {
            throw new ConfigurationException("atrium.trusted-proxies: expected networks, for example 10.0.0.0/8, got \"" + network + '"');
        }
    }

    /** The address, or the network of one of IPv6; empty if it is not known whose it is. */
    String of(HttpServerRequest request) {
        String peer = request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
        // Each proxy may add a line of its own: the first one alone would be the client's.
        List<String> lines = request.headers().getAll(FORWARDED_FOR);
        String forwarded = lines.isEmpty() ? null : String.join(",", lines);
        if (peer == null) {
            return "";
        }
        if (trusted.isEmpty() && forwarded == null || !trusted.isEmpty() && !isTrusted(peer)) {
            return canonical(peer);
        }
        if (trusted.isEmpty()) {
            // Most likely a proxy that nobody has told us of: everyone would share its address, and its limits.
            if (warned.compareAndSet(false, true)) {
                LOG.warnf("%s comes from %s, which is not among atrium.trusted-proxies: clients cannot be told apart by address",
                        FORWARDED_FOR, peer);
            }
            return "";
        }
        return forwarded == null ? "" : firstUntrusted(forwarded);
    }

    /** From the end; empty if a proxy has written what is no address, or if all are proxies. */
    private String firstUntrusted(String forwarded) {
        String[] hops = forwarded.split(",");
        for (int i = hops.length - 1; i >= 0; i--) {
            String hop = withoutPort(hops[i].strip());
            if (bytes(hop) == null) {
                return "";
            }
            if (!isTrusted(hop)) {
                return canonical(hop);
            }
        }
        return "";
    }

    /** Some proxies add one: {@code 203.0.113.1:51234}, {@code [2001:db8::1]:51234}. */
    private static String withoutPort(String hop) {
        if (hop.startsWith("[") && hop.indexOf(']') > 0) {
            return hop.substring(1, hop.indexOf(']'));
        }
        int colon = hop.indexOf(':');
        return colon > 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }

    private boolean isTrusted(String address) {
        byte[] bytes = bytes(address);
        if (bytes == null) {
            return false;
        }
        try {
            InetSocketAddress socket = new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
            return trusted.stream().anyMatch(rule -> rule.matches(socket));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    private static String canonical(String address) {
        byte[] bytes = bytes(address);
        if (bytes == null) {
            return address;
        }
        if (bytes.length == 4) {
            return NetUtil.bytesToIpAddress(bytes);
        }
        Arrays.fill(bytes, IPV6_NETWORK_BYTES, bytes.length, (byte) 0);
        return NetUtil.bytesToIpAddress(bytes) + "/64";
    }

    /** Those of IPv4 for an address of IPv6 that stands for one; null for what is no address. */
    private static byte[] bytes(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }
}
