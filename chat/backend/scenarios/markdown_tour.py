"""Everything a Markdown renderer should be able to do, in one answer."""

from __future__ import annotations

from chat.backend.script import Cue, Say, Scenario, Script

__all__ = ["SCENARIO"]

_TEXT = r"""# A tour of Markdown

This is ordinary text with **bold**, *italic*, ***both***, ~~struck out~~ and `inline code`. A
[link with a title](https://commonmark.org "CommonMark"), a bare one, <https://spec.commonmark.org>, and a hard\
line break.

## Lists

1. Ordered, with a nested list
   - first level
     - second level, with `code`
     - and **bold** text
   - back on the first
2. The second step
3. The third step

Things to do:

- [x] Stream the answer piece by piece
- [x] Keep the page still while it grows
- [ ] Write it all down

## A table

| Light | Built | Height | Lens |
|:------|:-----:|-------:|------|
| Cape Tarn | 1871 | 31.5 m | first order |
| Skerry Vane | 1904 | 18 m | third order |
| Old Harbour | 1822 | 9.25 m | *replaced by LED* |

## Code

Python:

```python
from dataclasses import dataclass


@dataclass(frozen=True)
class Light:
    name: str
    period: float  # seconds

    def flashes(self, minutes: int) -> int:
        return int(60 * minutes / self.period)


print(Light("Cape Tarn", 7.5).flashes(minutes=2))  # 16
```

TypeScript:

```typescript
const lights = await fetch("/lights").then((answer) => answer.json());

for (const { name, height } of lights.filter((light: Light) => light.height > 10)) {
  console.log(`${name}: ${height.toFixed(1)} m`);
}
```

SQL:

```sql
SELECT name, height, rank() OVER (ORDER BY height DESC) AS place
FROM lights
WHERE built BETWEEN 1850 AND 1910;
```

## Mathematics

From a height $h$ above the sea the horizon is $d \approx \sqrt{2Rh}$ away, with the Earth's radius
$R \approx 6371\,\text{km}$. Two lights see each other when they are no farther apart than

$$
D = \sqrt{2R}\,\left(\sqrt{h_1} + \sqrt{h_2}\right) = 3.57\,\frac{\text{km}}{\sqrt{\text{m}}} \sum_{i=1}^{2} \sqrt{h_i}
$$

## A quotation

> The light must burn from sunset to sunrise,
> and the keeper must not sleep.
>
> > — standing orders, 1871

### And the rest

Text in other scripts: naïve café, Ωμέγα, Привет, 日本語, العربية, 🌊🗼. Entities: &copy; 2026, 3 &lt; 5.
Raw HTML such as <b>this</b> stays text.

---

That was everything.
"""


def _script(cue: Cue) -> Script:
    yield Say(_TEXT)


SCENARIO = Scenario(
    name="markdown_tour",
    label="Markdown tour",
    prompt="Show me everything Markdown can do",
    icon="type",
    title="A tour of Markdown",
    keywords=("markdown", "formatting", "latex", "code block*", "table", "tables", "headings", "math", "formula*"),
    script=_script,
)
