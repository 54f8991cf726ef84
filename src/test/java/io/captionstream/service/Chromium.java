package io.captionstream.service;

import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.InstalledProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real browser, as Debian's packages {@code chromium} and {@code chromium-driver} bring it. */
final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final int WIDTH = 1440;
    private static final int HEIGHT = 1250;

    private final ChromeDriver driver;

    Chromium() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(InstalledProgram.require("chromium", "Debian's package chromium")
                .toFile());
        options.addArguments(
                "--headless=new",
                // Who tests in a container is root there.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--window-size=" + WIDTH + "," + HEIGHT);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(
                                InstalledProgram.require("chromedriver", "Debian's package chromium-driver")
                                        .toFile())
                        .build(),
                options);
        desktop();
    }

    void open(String url) {
        driver.get(url);
    }

    /** Waits until it is there and can be seen. */
    WebElement see(String selector) {
        return await("see " + selector)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> driver.findElements(By.cssSelector(selector)).stream()
                                .filter(WebElement::isDisplayed)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    boolean has(String selector) {
        return !driver.findElements(By.cssSelector(selector)).isEmpty();
    }

    List<String> texts(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** Clicks what the page may draw anew at any moment. */
    void click(String selector) {
        await("click " + selector).atMost(PATIENCE).ignoreExceptions().until(() -> {
            see(selector).click();
            return true;
        });
    }

    void type(String selector, String text) {
        see(selector).sendKeys(text);
    }

    /** Drags a file from outside over an element and lets go of it there. */
    void drop(Path file, String selector) {
        see(selector);
        List<?> middle = (List<?>) driver.executeScript(
                "const box = document.querySelector(arguments[0]); box.scrollIntoView({block: 'center', behavior: 'instant'});"
                        + "const r = box.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];",
                selector);
        Map<String, Object> data = Map.of(
                "items", List.of(), "files", List.of(file.toAbsolutePath().toString()), "dragOperationsMask", 1);
        for (String type : List.of("dragEnter", "dragOver", "drop")) {
            driver.executeCdpCommand(
                    "Input.dispatchDragEvent",
                    Map.of("type", type, "x", middle.get(0), "y", middle.get(1), "data", data));
        }
    }

    void top() {
        driver.executeScript("window.scrollTo({top: 0, behavior: 'instant'})");
    }

    void scrollTo(String selector) {
        driver.executeScript(
                "document.querySelector(arguments[0]).scrollIntoView({block: 'start', behavior: 'instant'})", selector);
    }

    void desktop() {
        size(WIDTH, HEIGHT, 1, false);
    }

    void phone() {
        size(390, 844, 2, true);
    }

    private void size(int width, int height, int scale, boolean mobile) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", mobile));
    }

    /** As a system that prefers dark or light colours. */
    void colours(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** How many pixels the page is wider than the window. */
    long overflow() {
        return (Long) driver.executeScript(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    /** What is hard to use for people with disabilities, as axe sees it. */
    List<?> barriers() {
        try (InputStream script = getClass().getResourceAsStream("/axe.min.js")) {
            driver.executeScript(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (List<?>)
                driver.executeAsyncScript(
                        "const done = arguments[arguments.length - 1];"
                                + "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(found => done(found.violations"
                                + ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; '))))");
    }

    /** Where everything was loaded from, as origins. */
    List<?> origins() {
        return (List<?>) driver.executeScript(
                "return [...new Set(performance.getEntriesByType('resource').map(each => new URL(each.name).origin))]");
    }

    /** Errors of scripts and of the content security policy; pictures that are not to be had are none. */
    List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .filter(message -> !message.contains("/api/live/images/"))
                .toList();
    }

    void screenshot(String name) throws IOException {
        // Not in the middle of a movement.
        driver.executeAsyncScript("const done = arguments[arguments.length - 1];"
                + "Promise.all(document.getAnimations().filter(each => each.effect.getTiming().iterations === 1)"
                + ".map(each => each.finished.catch(() => 0)).concat([...document.images].map(each => each.decode()"
                + ".catch(() => 0)))).then(() => done())");
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
