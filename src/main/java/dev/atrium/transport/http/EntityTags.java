package dev.atrium.transport.http;

import io.quarkus.runtime.util.ClassPathUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Entity tags (RFC 9110 section 8.8.3) of the content of files: equal on every replica, unlike modification times. */
final class EntityTags {

    private EntityTags() {
    }

    /**
     * Computes the tags of the named files, and of all files in the named folders. Blocks; for startup.
     *
     * @param root folder on the class path that corresponds to the URL path {@code /}
     * @return tags by absolute URL path
     */
    static Map<String, String> ofResources(String root, String... names) throws IOException {
        Map<String, String> tags = new HashMap<>();
        for (String name : names) {
            ClassPathUtils.consumeAsPaths(root + '/' + name, found -> add(tags, '/' + name, found));
        }
        return Map.copyOf(tags);
    }

    private static void add(Map<String, String> tags, String url, Path found) {
        try (Stream<Path> files = Files.walk(found)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String below = found.relativize(file).toString();
                tags.put(below.isEmpty() ? url : url + '/' + below.replace('\\', '/'), tag(Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tag(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(digest).substring(0, 22) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
