"""Photographs for the sample's orders, drawn: rooms and facades in the light of an hour, the same for the same seed."""

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 640)
HORIZON = 400

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Light:
    """The colours of an hour: sky from top to horizon, walls in light and shade, glass, and how lamps glow."""

    sky: tuple[Colour, Colour]
    wall: Colour
    shade: Colour
    glass: Colour
    lamp: Colour


DAYLIGHT = Light(((96, 150, 204), (214, 229, 238)), (226, 221, 210), (176, 170, 160), (150, 184, 206), (250, 236, 200))
TWILIGHT = Light(((26, 36, 74), (226, 138, 96)), (104, 98, 108), (64, 60, 74), (52, 62, 96), (255, 206, 120))
OVERCAST = Light(((168, 178, 186), (222, 224, 224)), (206, 204, 200), (150, 150, 150), (160, 172, 180), (246, 240, 224))
LIGHTS = (DAYLIGHT, TWILIGHT, OVERCAST)


def draw_photograph(seed: int, *, twilight: bool = False, exterior: bool = False) -> bytes:
    """A JPEG of a room or a facade, about 40 KB."""
    chance = random.Random(seed)
    light = TWILIGHT if twilight else chance.choice((DAYLIGHT, OVERCAST))
    picture = _facade(chance, light) if exterior else _room(chance, light)
    return _encode(_expose(picture, seed), "JPEG")


def draw_logo() -> bytes:
    """The studio's mark as a PNG: a north light, the slanted window of a studio's roof."""
    scale = 4
    mark = Image.new("RGBA", (128 * scale, 128 * scale), (0, 0, 0, 0))
    pen = ImageDraw.Draw(mark)
    ink, pane = (24, 44, 68, 255), (240, 178, 92, 255)
    pen.rounded_rectangle(_scaled((4, 4, 124, 124), scale), radius=24 * scale, fill=ink)
    pen.polygon(_scaled((24, 100, 24, 62, 66, 30, 66, 100), scale), fill=(255, 255, 255, 255))
    pen.polygon(_scaled((72, 100, 72, 30, 104, 70, 104, 100), scale), fill=pane)
    return _encode(mark.resize((128, 128), Image.Resampling.LANCZOS), "PNG")


def _scaled(points: tuple[int, ...], scale: int) -> list[int]:
    return [point * scale for point in points]


def _room(chance: random.Random, light: Light) -> Image.Image:
    width, height = SIZE
    left, top, right, bottom = 210 + chance.randint(-50, 50), 120, width - 210 + chance.randint(-50, 50), 440
    tint = chance.choice(((0, 0, 0), (10, -4, -14), (-12, 4, 8), (-6, 8, -8)))
    wall = _mix(light.wall, tint)
    picture = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(picture)
    pen.polygon(((0, 0), (width, 0), (right, top), (left, top)), fill=_mix(wall, (14, 14, 14)))
    pen.polygon(((0, 0), (left, top), (left, bottom), (0, height)), fill=_mix(light.shade, tint))
    pen.polygon(((width, 0), (right, top), (right, bottom), (width, height)), fill=_mix(wall, (-18, -18, -18)))
    floor = chance.choice(((168, 128, 88), (120, 98, 80), (190, 176, 158)))
    _floorboards(pen, (left, right, bottom), _mix(floor, (-40, -40, -30)) if light is TWILIGHT else floor)
    window = (left + 50, top + 40, left + 50 + chance.randint(190, 260), bottom - 90)
    picture.paste(_gradient((window[2] - window[0], window[3] - window[1]), *light.sky), window[:2])
    pen.rectangle(window, outline=(244, 243, 240), width=7)
    middle = (window[0] + window[2]) // 2
    pen.line((middle, window[1], middle, window[3]), fill=(244, 243, 240), width=5)
    _sofa(pen, chance, bottom, (left, right))
    _lamp(picture, (right - chance.randint(40, 80), top + 70), light)
    return picture


def _floorboards(pen: ImageDraw.ImageDraw, room: tuple[int, int, int], floor: Colour) -> None:
    left, right, bottom = room
    width, height = SIZE
    pen.polygon(((0, height), (left, bottom), (right, bottom), (width, height)), fill=floor)
    for board in range(1, 14):
        far, near = left + (right - left) * board // 14, width * board // 14
        pen.line((far, bottom, near, height), fill=_mix(floor, (-14, -14, -12)), width=2)


def _sofa(pen: ImageDraw.ImageDraw, chance: random.Random, bottom: int, walls: tuple[int, int]) -> None:
    colour = chance.choice(((72, 92, 104), (150, 84, 66), (96, 110, 84), (188, 172, 150)))
    x = chance.randint(walls[0] + 60, walls[1] - 260)
    pen.rounded_rectangle((x, bottom - 70, x + 300, bottom + 40), 18, fill=colour)
    pen.rounded_rectangle((x - 16, bottom - 20, x + 316, bottom + 70), 18, fill=_mix(colour, (16, 16, 16)))
    for cushion in range(3):
        start = x + 12 + cushion * 94
        pen.rounded_rectangle((start, bottom - 14, start + 86, bottom + 26), 10, fill=_mix(colour, (28, 28, 28)))


def _lamp(picture: Image.Image, place: tuple[int, int], light: Light) -> None:
    glow = Image.new("L", SIZE, 0)
    x, y = place
    ImageDraw.Draw(glow).ellipse((x - 130, y - 110, x + 130, y + 150), fill=150 if light is TWILIGHT else 70)
    picture.paste(Image.new("RGB", SIZE, light.lamp), mask=glow.filter(ImageFilter.BoxBlur(45)))
    pen = ImageDraw.Draw(picture)
    pen.line((x, 0, x, y - 22), fill=(40, 40, 42), width=3)
    pen.polygon(((x - 16, y - 24), (x + 16, y - 24), (x + 40, y + 16), (x - 40, y + 16)), fill=light.lamp)


def _facade(chance: random.Random, light: Light) -> Image.Image:
    width, height = SIZE
    picture = _gradient(SIZE, *light.sky)
    pen = ImageDraw.Draw(picture)
    ground = (86, 98, 74) if light is DAYLIGHT else (44, 46, 52)
    pen.rectangle((0, HORIZON + 70, width, height), fill=ground)
    for _ in range(5):
        x, tall = chance.randint(-80, width), chance.randint(40, 120)
        pen.rectangle(
            (x, HORIZON + 70 - tall, x + chance.randint(90, 200), HORIZON + 70), fill=_mix(light.shade, (-16, -12, -4))
        )
    storeys, bays = chance.randint(2, 4), chance.randint(4, 6)
    left, base = chance.randint(140, 260), HORIZON + 100
    right, top = left + bays * 104, base - storeys * 104
    pen.polygon(((right, top), (right + 90, top + 36), (right + 90, base - 22), (right, base)), fill=light.shade)
    pen.rectangle((left, top, right, base), fill=light.wall)
    pen.rectangle((left - 10, top - 14, right + 10, top), fill=_mix(light.shade, (-18, -18, -18)))
    for storey in range(storeys):
        for bay in range(bays):
            lit = chance.random() < (0.6 if light is TWILIGHT else 0.06)
            x, y = left + 24 + bay * 104, top + 24 + storey * 104
            pen.rectangle(
                (x, y, x + 56, y + 64), fill=light.lamp if lit else light.glass, outline=_mix(light.shade, (-20, -20, -20))
            )
            pen.line((x + 28, y, x + 28, y + 64), fill=_mix(light.shade, (-20, -20, -20)), width=2)
    pen.polygon(
        ((left + 60, base), (left + 150, base), (left + 260, height), (left - 60, height)), fill=_mix(ground, (40, 38, 36))
    )
    return picture


def _gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), top)
    column.putpixel((0, 1), bottom)
    return column.resize(size, Image.Resampling.BILINEAR)


def _expose(picture: Image.Image, seed: int) -> Image.Image:
    # A little softness and grain: a drawing without them does not read as a photograph.
    soft = picture.filter(ImageFilter.BoxBlur(0.7))
    speckles = Image.frombytes("L", (192, 128), random.Random(seed).randbytes(192 * 128)).resize(SIZE)
    return Image.blend(soft, Image.merge("RGB", (speckles,) * 3), 0.035)


def _mix(colour: Colour, change: Colour) -> Colour:
    red, green, blue = (max(0, min(255, part + by)) for part, by in zip(colour, change, strict=True))
    return red, green, blue


def _encode(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, quality=82)
    return written.getvalue()
