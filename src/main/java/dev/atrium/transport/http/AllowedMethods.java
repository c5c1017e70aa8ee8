package dev.atrium.transport.http;

import java.util.Map;

/**
 * Methods that the paths of the Jakarta REST resources support, for the {@code Allow} of a 405 (RFC 9110 section 15.5.6), which
 * Jakarta REST leaves out, and of the answer to OPTIONS. Pure.
 */
final class AllowedMethods {

    private static final String READ = "GET, HEAD, OPTIONS";
    private static final String DELETE = "DELETE, OPTIONS";

    private static final Map<String, String> OF_PATHS = Map.of(
            "/rooms", READ,
            "/rooms/*", "GET, HEAD, OPTIONS, POST",
            "/rooms/*/messages", READ,
            "/rooms/*/members", READ,
            "/sessions/*", DELETE,
            "/users/*/sessions", DELETE,
            "/rtc/ice", READ);

    private AllowedMethods() {
    }

    /**
     * Returns the methods of a path; null for a path of no resource.
     *
     * @param path normalized; a semicolon begins parameters of a segment, which the resources ignore
     */
    static String at(String path) {
        return OF_PATHS.get(path.replaceAll(";[^/]*|/$", "").replaceFirst("^/(rooms|sessions|users)/[^/]+", "/$1/*"));
    }
}
