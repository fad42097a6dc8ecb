package dev.sluice.http;

import java.util.List;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.WindowRateControl;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/// What a client may have of one connection of HTTP/2 (RFC 9113). Who goes further loses the connection, and gets no
/// more by opening another than by one of HTTP/1.1. Its headers are bounded as those of HTTP/1.1 are.
final class Http2 {
    /// Requests that are under way at a time. What is asked for beyond is refused, to be asked for again.
    static final int STREAMS_MAX = 64;

    /// In one frame of settings.
    static final int SETTINGS_MAX = 32;

    /// Resets, settings, pings and whatever else gives the server something to do and carries nothing, in either
    /// direction: requests that are begun only to be reset (CVE-2023-44487, CVE-2025-8671) cost what they carry.
    static final int CONTROL_FRAMES_PER_SECOND_MAX = 128;

    /// What is sent before it is read, of a body and of all bodies together: with [WebServer#CONNECTIONS_MAX] of them
    /// half a GiB.
    static final int STREAM_WINDOW_BYTES = 64 << 10;

    static final int CONNECTION_WINDOW_BYTES = 128 << 10;

    /// They say how a connection of HTTP/1.1 goes on, or where a body ends (RFC 9113 8.2.2). Jetty refuses the others.
    private static final List<HttpHeader> OF_HTTP_1_1 = List.of(
            HttpHeader.TRANSFER_ENCODING, HttpHeader.KEEP_ALIVE, HttpHeader.PROXY_CONNECTION, HttpHeader.UPGRADE);

    private Http2() {}

    static ConnectionFactory of(HttpConfiguration shared) {
        var configuration = new HttpConfiguration(shared);
        configuration.addCustomizer(Http2::requireItsOwnHeaders);
        var http2 = new HTTP2ServerConnectionFactory(configuration);
        http2.setMaxConcurrentStreams(STREAMS_MAX);
        http2.setMaxSettingsKeys(SETTINGS_MAX);
        http2.setRateControlFactory(new WindowRateControl.Factory(CONTROL_FRAMES_PER_SECOND_MAX));
        http2.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        http2.setInitialSessionRecvWindow(CONNECTION_WINDOW_BYTES);
        http2.setConnectProtocolEnabled(false);
        return http2;
    }

    private static Request requireItsOwnHeaders(Request request, HttpFields.Mutable answer) {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2
                && OF_HTTP_1_1.stream().anyMatch(request.getHeaders()::contains)) {
            throw new HttpException.RuntimeException(HttpStatus.BAD_REQUEST_400, "Bad Request");
        }
        return request;
    }
}
