package dev.atrium.it;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** WebSocket client that writes frames by hand, for frames that a well-behaved client never sends. */
final class RawSocket implements Closeable {

    /** Received frame. */
    record Frame(int opcode, boolean compressed, byte[] payload) {

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return opcode != 8 || payload.length < 2 ? -1 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String response;

    private RawSocket(int port, String path, String headers) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout((int) Duration.ofSeconds(15).toMillis());
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        out.write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + (headers.contains("Sec-WebSocket-Version") ? "" : "Sec-WebSocket-Version: 13\r\n")
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        response = head();
    }

    static RawSocket connect(int port, String path) throws IOException {
        return connect(port, path, "");
    }

    static RawSocket connect(int port, String path, String headers) throws IOException {
        return new RawSocket(port, path, headers);
    }

    /** Status line and headers of the handshake response. */
    String response() {
        return response;
    }

    int status() {
        return Integer.parseInt(response.split(" ")[1]);
    }

    /** Body of the response to a refused handshake. */
    String body() throws IOException {
        for (String line : response.split("\r\n")) {
            if (line.toLowerCase().startsWith("content-length:")) {
                return new String(in.readNBytes(Integer.parseInt(line.substring(15).trim())), StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    void write(byte... bytes) throws IOException {
        out.write(bytes);
    }

    /** Sends a masked frame with a correct length. */
    void frame(int firstByte, byte... payload) throws IOException {
        write(masked(firstByte, payload));
    }

    void text(String text) throws IOException {
        frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] masked(int firstByte, byte... payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        byte[] mask = { 1, 2, 3, 4 };
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i % 4]);
        }
        return frame.toByteArray();
    }

    /** Returns the next frame, or null if the connection is closed. */
    Frame read() throws IOException {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int length = in.read() & 0x7F;
            if (length == 126) {
                length = in.read() << 8 | in.read();
            } else if (length == 127) {
                length = 0;
                for (byte b : in.readNBytes(8)) {
                    length = length << 8 | b & 0xFF;
                }
            }
            return new Frame(first & 0x0F, (first & 0x40) != 0, in.readNBytes(length));
        } catch (SocketException | EOFException e) {
            return null;
        }
    }

    /** Reads up to a close frame and returns its code; -1 if the connection closes without one. */
    int closeCode() throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.opcode() == 8) {
                return frame.closeCode();
            }
        }
        return -1;
    }

    void readTimeout(Duration timeout) throws IOException {
        socket.setSoTimeout((int) timeout.toMillis());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed during the handshake: " + head);
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
