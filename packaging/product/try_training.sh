# Sourced by try_package_inside.sh: a model is trained, judged, published, given out, and used.
say "a short training run publishes a model"
sed 's/^epochs = .*/epochs = 6/' "$root/usr/lib/leukdesk/_internal/training/recipes/phantom-demo.toml" >"$root/srv/lab/quick.toml"
train() {
  lab env TF_CPP_MIN_LOG_LEVEL=3 leukdesk-train "$@" >>"$results/training.log" 2>&1 || { tail -20 "$results/training.log"; fail "leukdesk-train $1"; }
}
: >"$results/training.log"
run=/srv/lab/.local/share/leukdesk/training/quick  # where the window lists it
lab mkdir -p "$(dirname "$run")"
train phantoms --out /srv/lab/phantoms --slides 8 --per-slide 4
train recipes --json
train plan /srv/lab/quick.toml --data /srv/lab/phantoms --json
train train /srv/lab/quick.toml --data /srv/lab/phantoms --out "$run"
train evaluate "$run"
train publish "$run" --name lab-made --release 1.0 --models /srv/lab/made
grep '"event": "evaluated"' "$results/training.log" | tail -1 | cut -c1-200
train short all-stage --out /srv/lab/short --records /srv/lab/records  # on a pretrained network
train gate "$run" --name lab-judged --release 1.0 --models /srv/lab/judged --out "$run/gate"
[ -s "$root$run/gate/gate.json" ] && [ -s "$root$run/gate/audit/audit.html" ] || fail "not judged"

say "the published model is given out, imported and used"
lab env LEUKDESK_MODELS=/srv/lab/made leukdesk models export lab-made --out /srv/lab/lab-made-1.0.leukdesk
lab leukdesk models import /srv/lab/lab-made-1.0.leukdesk
lab leukdesk models verify lab-made
lab sh -c 'leukdesk classify /srv/smears/phantom-0?.png --model lab-made --out /srv/lab/lab-made.csv' || [ $? -eq 3 ]
lab sh -c 'leukdesk classify /srv/smears/phantom-0?.png --model lab-made --engine tensorflow --out /srv/lab/lab-made-tf.csv' || [ $? -eq 3 ]
cut -d, -f1-4 "$root/srv/lab/lab-made.csv" | head -4
[ "$(wc -l <"$root/srv/lab/lab-made.csv")" = 10 ] || fail "not every image was answered"
